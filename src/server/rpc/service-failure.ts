import type { Init } from "../../codec-runtime/init.ts";
import { encodeStatus } from "../../gen/codec/google/rpc/status.ts";
import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";
import type { ErrorDetailValues } from "../../transport/error-details.ts";
import { packDetail } from "./pack-detail.ts";

/** A detail that the server attaches to an error: clients decide by its kind. */
export type FailureDetail = {
  [K in keyof ErrorDetailValues]: { readonly kind: K; readonly value: Init<ErrorDetailValues[K]> };
}[keyof ErrorDetailValues];

/**
 * A call is refused: what the handlers of the server throw. Code, message and detail are the real server's.
 *
 * @example
 * ```ts
 * throw new ServiceFailure(GrpcStatus.NOT_FOUND, "workflow not found for ID: order-1", { kind: "NotFoundFailure", value: {} });
 * ```
 */
export class ServiceFailure extends Error {
  readonly code = "SERVICE_FAILURE" as const;
  readonly status: GrpcStatus;
  readonly detail: FailureDetail | undefined;

  constructor(status: GrpcStatus, message: string, detail?: FailureDetail) {
    super(message);
    this.name = "ServiceFailure";
    this.status = status;
    this.detail = detail;
  }
}

/** The error as it goes over the wire, with `google.rpc.Status` where there is a detail. */
export function toRpcError(failure: ServiceFailure): RpcError {
  const { status, message, detail } = failure;
  return new RpcError({
    status,
    details: message,
    metadata: exhaustedHeaders(failure),
    rawStatusDetails:
      detail === undefined
        ? undefined
        : encodeStatus({ code: status, message, details: [packDetail(detail)] }),
    cause: failure,
  });
}

const CAUSE_NAMES: readonly string[] = [
  "Unspecified",
  "RpsLimit",
  "ConcurrentLimit",
  "SystemOverloaded",
  "PersistenceLimit",
  "BusyWorkflow",
  "ApsLimit",
  "PersistenceStorageLimit",
  "CircuitBreakerOpen",
  "OpsLimit",
  "WorkerDeploymentLimits",
];
const SCOPE_NAMES: readonly string[] = ["Unspecified", "Namespace", "System"];

function exhaustedHeaders({ status, detail }: ServiceFailure): Record<string, string> {
  if (status !== GrpcStatus.RESOURCE_EXHAUSTED || detail?.kind !== "ResourceExhaustedFailure") return {};
  return {
    "x-resource-exhausted-cause": CAUSE_NAMES[detail.value.cause ?? 0] ?? "Unspecified",
    "x-resource-exhausted-scope": SCOPE_NAMES[detail.value.scope ?? 0] ?? "Unspecified",
  };
}
