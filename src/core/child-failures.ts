import { StartChildWorkflowExecutionFailedCause } from "../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { RetryState, TimeoutType } from "../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { FailureData } from "./activation.ts";
import { causeName } from "./cause-name.ts";
import type { AttributesOf } from "./history/event-kinds.ts";

/** The names of a child that go into its failures. */
export interface ChildNames {
  readonly namespace: string;
  readonly workflowId: string;
  readonly workflowType: string;
  /** Empty until it has started. */
  readonly runId: string;
  /** 0 while it is not in history. */
  readonly initiatedEventId: number;
  readonly startedEventId: number;
}

interface ChildEnd {
  readonly message: string;
  readonly cause: FailureData | undefined;
  readonly retryState?: number;
}

function childFailure(names: ChildNames, end: ChildEnd): FailureData {
  const { namespace, workflowId, workflowType, runId, initiatedEventId, startedEventId } = names;
  return {
    message: end.message,
    cause: end.cause,
    failureInfo: {
      case: "childWorkflowExecutionFailureInfo",
      value: {
        namespace,
        workflowExecution: { workflowId, runId },
        workflowType: { name: workflowType },
        initiatedEventId,
        startedEventId,
        retryState: end.retryState ?? RetryState.NON_RETRYABLE_FAILURE,
      },
    },
  };
}

const CANCELED: FailureData = { failureInfo: { case: "canceledFailureInfo", value: {} } };

export function childFailed(
  names: ChildNames,
  event: AttributesOf<"childWorkflowExecutionFailed">,
): FailureData {
  return childFailure(names, {
    message: "Child Workflow execution failed",
    cause: event.failure,
    retryState: event.retryState,
  });
}

export function childTimedOut(
  names: ChildNames,
  event: AttributesOf<"childWorkflowExecutionTimedOut">,
): FailureData {
  return childFailure(names, {
    message: "Child Workflow execution timed out",
    cause: {
      message: "Timed out",
      failureInfo: { case: "timeoutFailureInfo", value: { timeoutType: TimeoutType.START_TO_CLOSE } },
    },
    retryState: event.retryState,
  });
}

export function childTerminated(names: ChildNames): FailureData {
  return childFailure(names, {
    message: "Child Workflow execution terminated",
    cause: { message: "Terminated", failureInfo: { case: "terminatedFailureInfo", value: {} } },
  });
}

export function childCancelled(names: ChildNames): FailureData {
  return childFailure(names, { message: "Child Workflow execution cancelled", cause: CANCELED });
}

export function childCancelledBeforeSent(names: ChildNames): FailureData {
  // The text ends in a reason, of which there is none.
  const message = "Child Workflow Execution cancelled before scheduled: ";
  return childFailure(names, { message, cause: CANCELED });
}

/** The server refused to start the child for another reason than that its id is taken. */
export function childStartRefused(names: ChildNames, cause: number): FailureData {
  const type = causeName(StartChildWorkflowExecutionFailedCause, cause);
  const { workflowId, workflowType, namespace } = names;
  const message = `The server did not start child workflow '${workflowId}' of type '${workflowType}' in namespace '${namespace}': ${type}`;
  return childFailure(names, {
    message: "Child Workflow execution failed",
    cause: {
      message,
      failureInfo: { case: "applicationFailureInfo", value: { type, nonRetryable: true } },
    },
  });
}
