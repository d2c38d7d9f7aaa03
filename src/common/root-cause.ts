import { ActivityFailure } from "./activity-failure.ts";
import { CancelledFailure } from "./cancelled-failure.ts";
import { ChildWorkflowFailure } from "./child-workflow-failure.ts";
import { TemporalFailure } from "./failure.ts";
import { NexusOperationFailure } from "./nexus-operation-failure.ts";
import { errorMessage } from "./type-guards.ts";

/**
 * The message at the end of a chain of causes. Anything but a `TemporalFailure` counts as the end.
 *
 * @example
 * ```ts
 * rootCause(workflowFailedError.cause); // "card declined"
 * ```
 */
export function rootCause(error: unknown): string | undefined {
  const seen = new Set<unknown>();
  let current = error;
  while (current instanceof TemporalFailure && current.cause && !seen.has(current.cause)) {
    seen.add(current);
    current = current.cause;
  }
  return errorMessage(current);
}

/**
 * Whether an error means cancellation: a `CancelledFailure`, or the failure of an activity, child workflow or Nexus
 * operation whose direct cause is one.
 *
 * @example
 * ```ts
 * if (isCancellation(error)) await CancellationScope.nonCancellable(cleanUp);
 * ```
 */
export function isCancellation(error: unknown): boolean {
  return (
    error instanceof CancelledFailure ||
    ((error instanceof ActivityFailure ||
      error instanceof ChildWorkflowFailure ||
      error instanceof NexusOperationFailure) &&
      error.cause instanceof CancelledFailure)
  );
}
