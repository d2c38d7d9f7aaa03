import { anyToJson } from "../../../codec-runtime/json-wkt.ts";
import { anyTypes } from "../../../gen/codec/any-types.ts";
import { decodeStatus } from "../../../gen/codec/google/rpc/status.ts";
import { GrpcStatus, RpcError } from "../../../platform/rpc-port.ts";

const HTTP_STATUS: Readonly<Record<number, number>> = {
  [GrpcStatus.OK]: 200,
  [GrpcStatus.CANCELLED]: 499,
  [GrpcStatus.UNKNOWN]: 500,
  [GrpcStatus.INVALID_ARGUMENT]: 400,
  [GrpcStatus.DEADLINE_EXCEEDED]: 504,
  [GrpcStatus.NOT_FOUND]: 404,
  [GrpcStatus.ALREADY_EXISTS]: 409,
  [GrpcStatus.PERMISSION_DENIED]: 403,
  [GrpcStatus.RESOURCE_EXHAUSTED]: 429,
  [GrpcStatus.FAILED_PRECONDITION]: 400,
  [GrpcStatus.ABORTED]: 409,
  [GrpcStatus.OUT_OF_RANGE]: 400,
  [GrpcStatus.UNIMPLEMENTED]: 501,
  [GrpcStatus.INTERNAL]: 500,
  [GrpcStatus.UNAVAILABLE]: 503,
  [GrpcStatus.DATA_LOSS]: 500,
  [GrpcStatus.UNAUTHENTICATED]: 401,
};

/** A request that the HTTP API cannot read. */
export function invalid(details: string, cause?: unknown): RpcError {
  return new RpcError({ status: GrpcStatus.INVALID_ARGUMENT, details, cause });
}

/** The HTTP status for a status of gRPC. */
export function httpStatusOf(status: number): number {
  return HTTP_STATUS[status] ?? 500;
}

/** An error as `google.rpc.Status` in JSON: code, message, and the details that can be read. */
export function statusToJson(error: RpcError): Record<string, unknown> {
  const json: Record<string, unknown> = { code: error.status, message: error.details };
  if (error.rawStatusDetails === undefined) return json;
  try {
    const details = decodeStatus(error.rawStatusDetails).details.map((detail) =>
      anyToJson(detail, { anyTypes }),
    );
    if (details.length > 0) json["details"] = details;
  } catch {
    // Details are extra: the status itself must get through.
  }
  return json;
}
