import { GrpcStatus } from "../../platform/rpc-port.ts";
import { ServiceFailure } from "./service-failure.ts";

/** INVALID_ARGUMENT, which has no detail. */
export function invalidArgument(message: string): ServiceFailure {
  return new ServiceFailure(GrpcStatus.INVALID_ARGUMENT, message);
}

/** NOT_FOUND of a workflow, task or activity. */
export function notFound(message: string): ServiceFailure {
  return new ServiceFailure(GrpcStatus.NOT_FOUND, message, { kind: "NotFoundFailure", value: {} });
}

/** The run is closed. */
export function alreadyCompleted(): ServiceFailure {
  return notFound("workflow execution already completed");
}

/** Nothing is known of the workflow. */
export function workflowNotFound(workflowId: string): ServiceFailure {
  return notFound(`workflow not found for ID: ${workflowId}`);
}

/** The workflow may be known, this run of it is not. */
export function runNotFound(workflowId: string, runId: string): ServiceFailure {
  return notFound(`workflow execution not found for workflow ID "${workflowId}" and run ID "${runId}"`);
}

/** RESOURCE_EXHAUSTED because of one workflow (cause BUSY_WORKFLOW, scope NAMESPACE). */
export function busyWorkflow(message: string): ServiceFailure {
  return new ServiceFailure(GrpcStatus.RESOURCE_EXHAUSTED, message, {
    kind: "ResourceExhaustedFailure",
    value: { cause: 5, scope: 1 },
  });
}

/** RESOURCE_EXHAUSTED because the run is about to end; what comes now is for the next, or for the run as it is after. */
export function alreadyClosing(): ServiceFailure {
  return busyWorkflow("workflow operation can not be applied because workflow is closing");
}

/** NOT_FOUND of an update whose run ended before a worker accepted it. */
export function closedUpdate(): ServiceFailure {
  return notFound(UPDATE_CLOSED);
}

/** What {@link closedUpdate} says. */
export const UPDATE_CLOSED = "workflow update was aborted by closing workflow";

/** RESOURCE_EXHAUSTED because too much is under way at once (cause CONCURRENT_LIMIT, scope NAMESPACE). */
export function concurrentLimit(message: string): ServiceFailure {
  return new ServiceFailure(GrpcStatus.RESOURCE_EXHAUSTED, message, {
    kind: "ResourceExhaustedFailure",
    value: { cause: 2, scope: 1 },
  });
}

/** The workflow cannot answer now. */
export function workflowNotReady(message: string): ServiceFailure {
  return new ServiceFailure(GrpcStatus.FAILED_PRECONDITION, message, {
    kind: "WorkflowNotReadyFailure",
    value: {},
  });
}

/** FAILED_PRECONDITION without a detail. */
export function failedPrecondition(message: string): ServiceFailure {
  return new ServiceFailure(GrpcStatus.FAILED_PRECONDITION, message);
}
