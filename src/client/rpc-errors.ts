import { NamespaceNotFoundError, ValueError, WorkflowNotFoundError } from "../common/errors.ts";
import { WorkflowExecutionAlreadyStartedError } from "../common/workflow-already-started.ts";
import { GrpcStatus, RpcError } from "../platform/rpc-port.ts";
import { ServiceError } from "../transport/service-error.ts";
import { statusDetailText } from "../transport/status-detail.ts";
import { ActivityCompletionError, ActivityNotFoundError, QueryNotRegisteredError } from "./client-errors.ts";
import type { WorkflowExecution } from "./workflow-execution.ts";

/** Errors that mean the same whatever was called. */
function knownError(error: RpcError): Error | undefined {
  const namespace = statusDetailText(error, "NamespaceNotFoundFailure", 1);
  return namespace === undefined ? undefined : new NamespaceNotFoundError(namespace, error);
}

/**
 * The error to throw for a failed call about a workflow. `message` begins what is said when there is no class for it.
 *
 * @example
 * ```ts
 * throw workflowCallError(error, "Failed to signal Workflow", { workflowId });
 * ```
 */
export function workflowCallError(error: unknown, message: string, execution?: WorkflowExecution): Error {
  // What was wrong with the call itself says so best.
  if (error instanceof ValueError) return error;
  if (!(error instanceof RpcError)) {
    return new ServiceError("Unexpected error while making gRPC request", { cause: error });
  }
  const known = knownError(error);
  if (known !== undefined) return known;
  if (error.status === GrpcStatus.NOT_FOUND && execution !== undefined) {
    const text = error.details || "Workflow not found";
    return new WorkflowNotFoundError(text, execution.workflowId, execution.runId, error);
  }
  return new ServiceError(`${message}: ${error.details || error.message}`, { cause: error });
}

/**
 * As {@link workflowCallError}, for calls that start a workflow.
 *
 * @example
 * ```ts
 * throw startError(error, "Failed to start Workflow", { workflowId, workflowType });
 * ```
 */
export function startError(
  error: unknown,
  message: string,
  { workflowId, workflowType }: { readonly workflowId: string; readonly workflowType: string },
): Error {
  if (error instanceof RpcError && error.status === GrpcStatus.ALREADY_EXISTS) {
    const runId = statusDetailText(error, "WorkflowExecutionAlreadyStartedFailure", 2) || undefined;
    const text = "Workflow execution already started";
    return new WorkflowExecutionAlreadyStartedError(text, workflowId, workflowType, runId);
  }
  return workflowCallError(error, message, { workflowId });
}

/**
 * As {@link workflowCallError}, for queries.
 *
 * @example
 * ```ts
 * throw queryError(error, { workflowId });
 * ```
 */
export function queryError(error: unknown, execution: WorkflowExecution): Error {
  if (error instanceof RpcError && error.status === GrpcStatus.INVALID_ARGUMENT) {
    return knownError(error) ?? new QueryNotRegisteredError(error.details, error.status, error);
  }
  return workflowCallError(error, "Failed to query Workflow", execution);
}

/**
 * The error to throw for a failed call about an activity.
 *
 * @example
 * ```ts
 * throw activityCallError(error);
 * ```
 */
export function activityCallError(error: unknown): Error {
  if (error instanceof ValueError) return error;
  if (!(error instanceof RpcError)) return new ActivityCompletionError("Unexpected failure", error);
  const known = knownError(error);
  if (known !== undefined) return known;
  if (error.status === GrpcStatus.NOT_FOUND) {
    return new ActivityNotFoundError(error.details || "Not found", error);
  }
  return new ActivityCompletionError(error.details || error.message, error);
}
