import { TemporalFailure } from "./failure.ts";
import { realmSafe } from "./realm-safe.ts";

/**
 * Cancellation was requested. Let it propagate to be cancelled; catch it to go on. It is also the `cause` of what a
 * cancelled workflow, activity or child workflow fails with.
 */
export class CancelledFailure extends TemporalFailure {
  declare readonly code: "CANCELLED_FAILURE";
  readonly details: unknown[];

  constructor(message: string | undefined, details: unknown[] = [], cause?: Error) {
    super(message, cause);
    this.details = details;
  }

  static {
    realmSafe(CancelledFailure, "CancelledFailure", "CANCELLED_FAILURE");
  }
}
