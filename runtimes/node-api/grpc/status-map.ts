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
