import { encodeStatus } from "../gen/codec/google/rpc/status.ts";
import {
  ResourceExhaustedCause,
  ResourceExhaustedScope,
} from "../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import {
  encodePermissionDeniedFailure,
  encodeResourceExhaustedFailure,
} from "../gen/codec/temporal/api/errordetails/v1/message.ts";
import { GrpcStatus, RpcError } from "../platform/rpc-port.ts";

const DETAILS = "type.googleapis.com/temporal.api.errordetails.v1.";

/** A call that the gateway itself refused or ended, in its own words: these may be logged. */
export class GatewayRefusal extends RpcError {}

/** A call that the gateway refuses or ends by itself. */
export function refuse(status: GrpcStatus, details: string, cause?: unknown): RpcError {
  return new GatewayRefusal({ status, details, cause });
}

/** Most characters of a caller's own words in errors and logs: a name may be as long as a request. */
const MAX_WORDS = 200;

/** A name as a caller gave it, so that it fits into a header or a line. */
export function shortened(text: string): string {
  return text.length <= MAX_WORDS ? text : `${text.slice(0, MAX_WORDS)}…`;
}

/** A caller who may not do this; clients find the reason in the detail that the server itself would send. */
export function denied(reason: string): RpcError {
  const status = GrpcStatus.PERMISSION_DENIED;
  const details = `Request unauthorized: ${reason}`;
  const detail = {
    typeUrl: `${DETAILS}PermissionDeniedFailure`,
    value: encodePermissionDeniedFailure({ reason }),
  };
  return new GatewayRefusal({
    status,
    details,
    rawStatusDetails: encodeStatus({ code: status, message: details, details: [detail] }),
  });
}

/** A caller, or all of them together, over a limit: SDKs wait and call again. */
export function exhausted(kind: "requests" | "polls", details: string): RpcError {
  const status = GrpcStatus.RESOURCE_EXHAUSTED;
  const detail = {
    typeUrl: `${DETAILS}ResourceExhaustedFailure`,
    value: encodeResourceExhaustedFailure({
      cause: kind === "requests" ? ResourceExhaustedCause.RPS_LIMIT : ResourceExhaustedCause.CONCURRENT_LIMIT,
      scope: ResourceExhaustedScope.SYSTEM,
    }),
  };
  return new GatewayRefusal({
    status,
    details,
    metadata: {
      "x-resource-exhausted-cause": kind === "requests" ? "RpsLimit" : "ConcurrentLimit",
      "x-resource-exhausted-scope": "System",
    },
    rawStatusDetails: encodeStatus({ code: status, message: details, details: [detail] }),
  });
}
