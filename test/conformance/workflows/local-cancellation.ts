/** Workflows that cancel their local activities, in each of the three ways and at each stage. */
import {
  type ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyLocalActivities,
  sleep,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

type Activities = typeof activities;

const local = proxyLocalActivities<Activities>({ startToCloseTimeout: "1 minute" });

function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    (result) => `returned ${String(result)}`,
    (error: unknown) => {
      const cause = error instanceof ActivityFailure ? error.cause : undefined;
      const kind = cause instanceof CancelledFailure ? "CancelledFailure" : String(cause?.message);
      return `${error instanceof Error ? error.name : "?"} cancelled=${isCancellation(error)} cause=${kind}`;
    },
  );
}

/** Cancels after another local activity, so within the same workflow task; at once when `afterMs` is 0. */
async function cancelledAfter(afterMs: number, call: () => Promise<unknown>): Promise<string> {
  const scope = new CancellationScope();
  const ended = outcome(scope.run(call));
  if (afterMs > 0) await local.slow("meanwhile", afterMs);
  scope.cancel();
  return await ended;
}

/** While it runs; it stops as `end` says. */
export async function localCancelledRunning(
  cancellationType: ActivityCancellationType,
  end: "return" | "cancel" | "fail",
): Promise<string[]> {
  const { tidyUpWhenCancelled } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    cancellationType,
  });
  const first = await cancelledAfter(150, () => tidyUpWhenCancelled(end));
  return [first, await local.greet("after")];
}

export async function localCancelledAtOnce(cancellationType: ActivityCancellationType): Promise<string[]> {
  const { greet } = proxyLocalActivities<Activities>({ startToCloseTimeout: "1 minute", cancellationType });
  const first = await cancelledAfter(0, () => greet("never"));
  return [first, await local.greet("after")];
}

/** While the worker waits for the next attempt. */
export async function localCancelledInBackoff(cancellationType: ActivityCancellationType): Promise<string[]> {
  const { failUntilAttempt } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    retry: { initialInterval: "20 seconds" },
    cancellationType,
  });
  const first = await cancelledAfter(200, () => failUntilAttempt(2));
  return [first, await local.greet("after")];
}

/** While a timer waits for the next attempt: cancelled by the user. */
export async function localCancelledInTimer(): Promise<string> {
  const { failUntilAttempt } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    retry: { initialInterval: "30 seconds" },
    localRetryThreshold: 100,
  });
  const end = await outcome(failUntilAttempt(2));
  return await CancellationScope.nonCancellable(async () => `${end}, ${await local.greet("then")}`);
}

/** In a scope that is cancelled already. */
export async function localInCancelledScope(): Promise<string> {
  const scope = new CancellationScope();
  scope.cancel();
  return await outcome(scope.run(() => local.greet("never")));
}

/** Cancelled by the user while it runs; it lets go of an abandoned one, and of one that it asks to stop. */
export async function localInCancelledWorkflow(cancellationType: ActivityCancellationType): Promise<string> {
  const { tidyUpWhenCancelled } = proxyLocalActivities<Activities>({
    startToCloseTimeout: "1 minute",
    cancellationType,
  });
  const end = await outcome(tidyUpWhenCancelled("cancel"));
  await CancellationScope.nonCancellable(() => sleep(50));
  return end;
}
