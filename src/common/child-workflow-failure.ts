import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";
import type { RetryState } from "./retry-state.ts";

/** Which run of which workflow. */
export interface WorkflowExecution {
  readonly workflowId?: string | undefined;
  readonly runId?: string | undefined;
}

/** A child workflow failed; `cause` says why. Made by the SDK alone. */
export class ChildWorkflowFailure extends TemporalFailure {
  declare readonly code: "CHILD_WORKFLOW_FAILURE";
  readonly namespace: string | undefined;
  readonly execution: WorkflowExecution;
  readonly workflowType: string;
  readonly retryState: RetryState | undefined;

  constructor(
    namespace: string | undefined,
    execution: WorkflowExecution,
    workflowType: string,
    retryState: RetryState | undefined,
    cause?: Error,
  ) {
    super("Child Workflow execution failed", cause);
    this.namespace = namespace;
    this.execution = execution;
    this.workflowType = workflowType;
    this.retryState = retryState;
  }

  static {
    realmSafe(ChildWorkflowFailure, "ChildWorkflowFailure", "CHILD_WORKFLOW_FAILURE");
  }
}
