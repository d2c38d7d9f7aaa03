import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";
import type { RetryState } from "./retry-state.ts";

/** An activity failed for good; `cause` says why. Made by the SDK alone. */
export class ActivityFailure extends TemporalFailure {
  declare readonly code: "ACTIVITY_FAILURE";
  readonly activityType: string;
  readonly activityId: string | undefined;
  readonly retryState: RetryState | undefined;
  /** Identity of the worker that ran the last attempt. */
  readonly identity: string | undefined;

  constructor(
    message: string | undefined,
    activityType: string,
    activityId: string | undefined,
    retryState: RetryState | undefined,
    identity: string | undefined,
    cause?: Error,
  ) {
    super(message, cause);
    this.activityType = activityType;
    this.activityId = activityId;
    this.retryState = retryState;
    this.identity = identity;
  }

  static {
    realmSafe(ActivityFailure, "ActivityFailure", "ACTIVITY_FAILURE");
  }
}
