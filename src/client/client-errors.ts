import { realmSafe } from "../common/realm-safe.ts";
import type { RetryState } from "../common/retry-state.ts";
import type { WorkflowExecutionStatus } from "../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { GrpcStatus } from "../platform/rpc-port.ts";

const withCause = (cause: unknown): { cause: unknown } | undefined =>
  cause === undefined ? undefined : { cause };

/** A workflow failed, was cancelled or terminated, or timed out. `cause` says why. */
export class WorkflowFailedError extends Error {
  declare readonly code: "WORKFLOW_FAILED";
  override readonly cause: Error | undefined;
  readonly retryState: RetryState | undefined;

  constructor(message: string, cause: Error | undefined, retryState: RetryState | undefined) {
    super(message);
    this.cause = cause;
    this.retryState = retryState;
  }

  static {
    realmSafe(WorkflowFailedError, "WorkflowFailedError", "WORKFLOW_FAILED");
  }
}

/** A run ended by continuing as new, and the handle does not follow runs. */
export class WorkflowContinuedAsNewError extends Error {
  declare readonly code: "WORKFLOW_CONTINUED_AS_NEW";
  readonly newExecutionRunId: string;

  constructor(message: string, newExecutionRunId: string) {
    super(message);
    this.newExecutionRunId = newExecutionRunId;
  }

  static {
    realmSafe(
      WorkflowContinuedAsNewError,
      "WorkflowExecutionContinuedAsNewError",
      "WORKFLOW_CONTINUED_AS_NEW",
    );
  }
}

/** A query was refused by its reject condition, because of the state that the workflow is in. */
export class QueryRejectedError extends Error {
  declare readonly code: "QUERY_REJECTED";
  /** The state of the workflow. */
  readonly status: WorkflowExecutionStatus;

  constructor(status: WorkflowExecutionStatus) {
    super("Query rejected");
    this.status = status;
  }

  static {
    realmSafe(QueryRejectedError, "QueryRejectedError", "QUERY_REJECTED");
  }
}

/** A query was not answered: the workflow has no handler of that name, or its handler threw. */
export class QueryNotRegisteredError extends Error {
  declare readonly code: "QUERY_NOT_REGISTERED";
  /** The gRPC status of the answer. */
  readonly status: GrpcStatus;

  constructor(message: string, status: GrpcStatus, cause?: unknown) {
    super(message, withCause(cause));
    this.status = status;
  }

  static {
    realmSafe(QueryNotRegisteredError, "QueryNotRegisteredError", "QUERY_NOT_REGISTERED");
  }
}

/** There is no such activity: it never was, or it has ended, or its workflow has. */
export class ActivityNotFoundError extends Error {
  declare readonly code: "ACTIVITY_NOT_FOUND";

  constructor(message: string, cause?: unknown) {
    super(message, withCause(cause));
  }

  static {
    realmSafe(ActivityNotFoundError, "ActivityNotFoundError", "ACTIVITY_NOT_FOUND");
  }
}

/** An activity could not be completed, failed or reported on from outside. */
export class ActivityCompletionError extends Error {
  declare readonly code: "ACTIVITY_COMPLETION";

  constructor(message: string, cause?: unknown) {
    super(message, withCause(cause));
  }

  static {
    realmSafe(ActivityCompletionError, "ActivityCompletionError", "ACTIVITY_COMPLETION");
  }
}

/** The answer to a heartbeat: the workflow asks the activity to stop. Confirm with `reportCancellation`. */
export class ActivityCancelledError extends Error {
  declare readonly code: "ACTIVITY_CANCELLED";

  static {
    realmSafe(ActivityCancelledError, "ActivityCancelledError", "ACTIVITY_CANCELLED");
  }
}

/** The answer to a heartbeat: the activity was paused. */
export class ActivityPausedError extends Error {
  declare readonly code: "ACTIVITY_PAUSED";

  static {
    realmSafe(ActivityPausedError, "ActivityPausedError", "ACTIVITY_PAUSED");
  }
}

/** The answer to a heartbeat: the activity was reset. */
export class ActivityResetError extends Error {
  declare readonly code: "ACTIVITY_RESET";

  static {
    realmSafe(ActivityResetError, "ActivityResetError", "ACTIVITY_RESET");
  }
}
