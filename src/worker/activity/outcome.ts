import type { ActivityCancellationDetails } from "../../common/activity-cancellation-details.ts";
import { ApplicationFailure, ensureApplicationFailure } from "../../common/application-failure.ts";
import { CancelledFailure } from "../../common/cancelled-failure.ts";
import { CompleteAsyncError } from "../../common/errors.ts";
import type { CancelReason } from "./cancel-order.ts";

/** How an attempt ended, before anything is converted to payloads. */
export type Outcome =
  | { readonly kind: "completed"; readonly result: unknown }
  | { readonly kind: "failed"; readonly failure: ApplicationFailure }
  | { readonly kind: "cancelled"; readonly failure: CancelledFailure }
  /** Somebody else will complete it, by its token. */
  | { readonly kind: "completesAsync" }
  /** The server no longer knows the attempt: there is nobody to tell. */
  | { readonly kind: "unwanted" };

/** What the activity function did: returned a value, or threw. */
export type Settled =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown };

/** What was asked of the activity meanwhile. */
export interface CancelState {
  readonly reason: CancelReason | undefined;
  readonly details: ActivityCancellationDetails | undefined;
}

/** Reasons after which the server takes no answer any more. */
const UNWANTED: ReadonlySet<CancelReason | undefined> = new Set<CancelReason | undefined>([
  "NOT_FOUND",
  "TIMED_OUT",
]);

/**
 * What to report for an attempt. A cancellation counts only when it was asked for; else it is a failure as any other.
 *
 * @example
 * ```ts
 * outcomeOf({ kind: "threw", error: new Error("disk full") }, { reason: undefined, details: undefined });
 * // { kind: "failed", failure: ApplicationFailure }
 * ```
 */
export function outcomeOf(settled: Settled, cancel: CancelState): Outcome {
  if (settled.kind === "threw" && settled.error instanceof CompleteAsyncError)
    return { kind: "completesAsync" };
  if (UNWANTED.has(cancel.reason)) return { kind: "unwanted" };
  if (settled.kind === "returned") return { kind: "completed", result: settled.value };
  if (cancel.reason === "HEARTBEAT_DETAILS_CONVERSION_FAILED") {
    return failed(ApplicationFailure.retryable(cancel.reason, "CancelledFailure"));
  }
  if (cancel.reason !== undefined && isCancellationError(settled.error)) {
    return cancelledOutcome(settled.error, cancel);
  }
  return failed(ensureApplicationFailure(settled.error));
}

function cancelledOutcome(error: Error, cancel: CancelState): Outcome {
  if (cancel.reason === "WORKER_SHUTDOWN") {
    return failed(
      ApplicationFailure.retryable(
        "Worker is shutting down and this activity did not complete in time",
        "WorkerShutdown",
      ),
    );
  }
  if (cancel.details?.cancelRequested !== true) {
    if (cancel.details?.reset === true)
      return failed(ApplicationFailure.retryable("Activity reset", "ActivityReset"));
    if (cancel.details?.paused === true)
      return failed(ApplicationFailure.retryable("Activity paused", "ActivityPause"));
  }
  return {
    kind: "cancelled",
    failure: error instanceof CancelledFailure ? error : new CancelledFailure(cancel.reason ?? "CANCELLED"),
  };
}

/** A CancelledFailure, or the AbortError of a platform function that was given the signal. */
export function isCancellationError(error: unknown): error is Error {
  return error instanceof CancelledFailure || (error instanceof Error && error.name === "AbortError");
}

function failed(failure: ApplicationFailure): Outcome {
  return { kind: "failed", failure };
}
