import { realmSafe } from "../common/realm-safe.ts";
import { WorkflowExecutionAlreadyStartedError } from "../common/workflow-already-started.ts";
import { GrpcStatus, RpcError } from "../platform/rpc-port.ts";
import { findErrorDetail, unpackDetail } from "../transport/error-details.ts";
import { ServiceError } from "../transport/service-error.ts";
import { startError, workflowCallError } from "./rpc-errors.ts";
import type { WorkflowExecution } from "./workflow-execution.ts";

/** An update was rejected, or its handler failed. `cause` says why. */
export class WorkflowUpdateFailedError extends Error {
  declare readonly code: "WORKFLOW_UPDATE_FAILED";
  override readonly cause: Error | undefined;

  constructor(message: string, cause: Error | undefined) {
    super(message);
    this.cause = cause;
  }

  static {
    realmSafe(WorkflowUpdateFailedError, "WorkflowUpdateFailedError", "WORKFLOW_UPDATE_FAILED");
  }
}

/** The deadline of a call about an update passed, or the call was cancelled. This says nothing of the update itself. */
export class WorkflowUpdateRPCTimeoutOrCancelledError extends Error {
  declare readonly code: "WORKFLOW_UPDATE_RPC_TIMEOUT_OR_CANCELLED";

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
  }

  static {
    realmSafe(
      WorkflowUpdateRPCTimeoutOrCancelledError,
      "WorkflowUpdateRPCTimeoutOrCancelledError",
      "WORKFLOW_UPDATE_RPC_TIMEOUT_OR_CANCELLED",
    );
  }
}

/**
 * The error to throw for a failed call about an update.
 *
 * @example
 * ```ts
 * throw updateError(error, "Workflow Update failed", { workflowId });
 * ```
 */
export function updateError(error: unknown, message: string, execution: WorkflowExecution): Error {
  if (
    error instanceof RpcError &&
    (error.status === GrpcStatus.DEADLINE_EXCEEDED || error.status === GrpcStatus.CANCELLED)
  ) {
    const text = error.details || "Workflow update call timeout or cancelled";
    return new WorkflowUpdateRPCTimeoutOrCancelledError(text, { cause: error });
  }
  return workflowCallError(error, message, execution);
}

/**
 * The error to throw for a failed update-with-start: that of the operation which failed. The other one was only aborted
 * with it.
 *
 * @example
 * ```ts
 * throw updateWithStartError(error, { workflowId, workflowType });
 * ```
 */
export function updateWithStartError(
  error: unknown,
  of: { readonly workflowId: string; readonly workflowType: string },
): Error {
  const message = "Update-With-Start failed";
  const execution = { workflowId: of.workflowId };
  if (!(error instanceof RpcError)) return updateError(error, message, execution);
  const statuses = findErrorDetail(error, "MultiOperationExecutionFailure")?.statuses ?? [];
  const failed = statuses.find(
    ({ code, details }) =>
      code !== GrpcStatus.OK &&
      !details.some(({ typeUrl }) => typeUrl.endsWith(".MultiOperationExecutionAborted")),
  );
  if (failed === undefined) {
    if (error.status === GrpcStatus.ALREADY_EXISTS) return startError(error, message, of);
    return updateError(error, message, execution);
  }
  if (failed.code === GrpcStatus.ALREADY_EXISTS) {
    const started = failed.details
      .map(unpackDetail)
      .find((detail) => detail.kind === "WorkflowExecutionAlreadyStartedFailure");
    const runId = started?.kind === "WorkflowExecutionAlreadyStartedFailure" ? started.value.runId : "";
    const text = "Workflow execution already started";
    return new WorkflowExecutionAlreadyStartedError(text, of.workflowId, of.workflowType, runId || undefined);
  }
  const known = updateError(error, message, execution);
  return known instanceof ServiceError
    ? new ServiceError(`${message}: ${failed.message || error.details}`, { cause: error })
    : known;
}
