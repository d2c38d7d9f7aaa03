/** Workflows that are cancelled from outside. */
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  proxyActivities,
  sleep,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet, heartbeatUntilCancelled } = proxyActivities<typeof activities>({
  startToCloseTimeout: "1 minute",
  heartbeatTimeout: "500 ms",
});

/** Cancelled while it sleeps: the timer is cancelled and the workflow ends as cancelled. */
export async function cancelledInTimer(): Promise<void> {
  await sleep("1 hour");
}

export async function cancelledInActivity(): Promise<void> {
  await heartbeatUntilCancelled();
}

export async function cancelledInCondition(): Promise<void> {
  await condition(() => false);
}

export async function cancelledInConditionWithTimeout(): Promise<void> {
  await condition(() => false, "1 hour");
}

/** Tidies up out of reach of the cancellation, then passes it on. */
export async function cleanupWhenCancelled(): Promise<void> {
  try {
    await sleep("1 hour");
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(async () => {
      await greet("cleanup");
      await sleep(30);
    });
    throw error;
  }
}

/** Takes the cancellation as a reason to end well. */
export async function completesWhenCancelled(): Promise<string> {
  try {
    await sleep("1 hour");
    return "not cancelled";
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return `cancelled: ${error instanceof CancelledFailure ? error.message : "indirectly"}`;
  }
}

/** Answers the cancellation with a failure of its own. */
export async function failsWhenCancelled(): Promise<void> {
  try {
    await sleep("1 hour");
  } catch (error) {
    if (!isCancellation(error)) throw error;
    throw ApplicationFailure.nonRetryable("failed instead", "FailedInstead");
  }
}

/** Its work is shielded: it ends first, and then the cancellation is seen. */
export async function shieldedFromCancellation(): Promise<string> {
  const result = await CancellationScope.nonCancellable(async () => {
    await sleep(1_000);
    return await greet("shielded");
  });
  const seen = await CancellationScope.current()
    .run(() => sleep(10))
    .then(
      () => "not cancelled",
      () => "cancelled",
    );
  return `${result} ${seen}`;
}

/** Waits for the request itself, by the scope's promise. */
export async function watchesCancelRequested(): Promise<string> {
  const scope = CancellationScope.current();
  const before = scope.consideredCancelled;
  const message = await scope.cancelRequested.catch((error: unknown) =>
    error instanceof Error ? error.message : "?",
  );
  return `${before} ${message} ${scope.consideredCancelled}`;
}

/** Several things are open at the time of the cancellation. */
export async function cancelsEverythingOpen(): Promise<string[]> {
  const ends = await Promise.allSettled([sleep("1 hour"), heartbeatUntilCancelled(), condition(() => false)]);
  return ends.map((end) =>
    end.status === "rejected" && isCancellation(end.reason) ? "cancelled" : end.status,
  );
}
