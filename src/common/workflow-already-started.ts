import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";

/**
 * A workflow was not started: another one runs under its id (with conflict policy `FAIL`), or a closed one had it and the
 * reuse policy forbids to use it again.
 */
export class WorkflowExecutionAlreadyStartedError extends TemporalFailure {
  declare readonly code: "WORKFLOW_ALREADY_STARTED";
  readonly workflowId: string;
  readonly workflowType: string;
  /** The run that has the id; undefined when the server did not say. */
  readonly runId: string | undefined;

  constructor(message: string, workflowId: string, workflowType: string, runId?: string) {
    super(message);
    this.workflowId = workflowId;
    this.workflowType = workflowType;
    this.runId = runId;
  }

  static {
    realmSafe(
      WorkflowExecutionAlreadyStartedError,
      "WorkflowExecutionAlreadyStartedError",
      "WORKFLOW_ALREADY_STARTED",
    );
  }
}
