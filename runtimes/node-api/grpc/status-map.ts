import { GrpcStatus } from "../../../src/platform/rpc-port.ts";

/**
 * The status for a stream that the peer reset, by HTTP/2 error code. As gRPC over HTTP/2 maps them, but for CANCEL:
 * servers reset with it when they go down, and a caller who did not cancel must see that as UNAVAILABLE.
 */
const STATUS_BY_RESET: Readonly<Record<number, GrpcStatus>> = {
  7: GrpcStatus.UNAVAILABLE,
  8: GrpcStatus.UNAVAILABLE,
  11: GrpcStatus.RESOURCE_EXHAUSTED,
  12: GrpcStatus.PERMISSION_DENIED,
};

/** The gRPC status for a stream that the peer reset. */
export function statusOfReset(code: number): GrpcStatus {
  return STATUS_BY_RESET[code] ?? GrpcStatus.INTERNAL;
}

/** The status for an answer without `grpc-status`, by HTTP status. */
const STATUS_BY_HTTP: Readonly<Record<number, GrpcStatus>> = {
  400: GrpcStatus.INTERNAL,
  401: GrpcStatus.UNAUTHENTICATED,
  403: GrpcStatus.PERMISSION_DENIED,
  404: GrpcStatus.UNIMPLEMENTED,
  429: GrpcStatus.UNAVAILABLE,
  502: GrpcStatus.UNAVAILABLE,
  503: GrpcStatus.UNAVAILABLE,
  504: GrpcStatus.UNAVAILABLE,
};

/** The gRPC status for an HTTP status other than 200, when the answer says nothing more. */
export function statusOfHttp(status: number): GrpcStatus {
  return STATUS_BY_HTTP[status] ?? GrpcStatus.UNKNOWN;
}
