/** Workflows that cancel their activities, in each of the three ways. */
import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  sleep,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

const options = { startToCloseTimeout: "1 minute", heartbeatTimeout: "500 ms" } as const;
const tryCancel = proxyActivities<typeof activities>({
  ...options,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});
const waitForIt = proxyActivities<typeof activities>({
  ...options,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
const abandon = proxyActivities<typeof activities>({
  ...options,
  cancellationType: ActivityCancellationType.ABANDON,
});

/** Runs `call` in a scope which is cancelled after `delayMs`, and says how the call ended. */
async function outcomeWhenCancelled(delayMs: number, call: () => Promise<unknown>): Promise<string> {
  const scope = new CancellationScope();
  const running = scope.run(call);
  const ended = running.then(
    (result) => `returned ${String(result)}`,
    (error: unknown) => {
      const cause = error instanceof ActivityFailure ? error.cause : undefined;
      const kind = cause instanceof CancelledFailure ? "CancelledFailure" : String(cause?.message);
      return `${error instanceof Error ? error.name : "?"} cancelled=${isCancellation(error)} cause=${kind}`;
    },
  );
  if (delayMs > 0) await sleep(delayMs);
  scope.cancel();
  return await ended;
}

export async function activityTryCancel(): Promise<string> {
  return await outcomeWhenCancelled(200, () => tryCancel.heartbeatUntilCancelled());
}

/** The activity's own end arrives after the workflow has gone on; it must be taken without harm. */
export async function activityTryCancelThenMore(): Promise<string[]> {
  const first = await outcomeWhenCancelled(200, () => tryCancel.tidyUpWhenCancelled("return"));
  await sleep(1_500);
  return [first, await tryCancel.greet("again")];
}

export async function activityWaitCancellationCompleted(): Promise<string> {
  return await outcomeWhenCancelled(200, () => waitForIt.tidyUpWhenCancelled("cancel"));
}

export async function activityWaitCancellationReturns(): Promise<string> {
  return await outcomeWhenCancelled(200, () => waitForIt.tidyUpWhenCancelled("return"));
}

export async function activityWaitCancellationFails(): Promise<string> {
  return await outcomeWhenCancelled(200, () => waitForIt.tidyUpWhenCancelled("fail"));
}

export async function activityAbandon(): Promise<string> {
  return await outcomeWhenCancelled(200, () => abandon.heartbeatUntilCancelled());
}

/** Scheduled and cancelled in one activation: the server never hears of it. */
export async function activityCancelledBeforeSent(): Promise<string[]> {
  return [
    await outcomeWhenCancelled(0, () => tryCancel.greet("nobody")),
    await outcomeWhenCancelled(0, () => waitForIt.greet("nobody")),
    await outcomeWhenCancelled(0, () => abandon.greet("nobody")),
    await tryCancel.greet("somebody"),
  ];
}

/** Called in a scope that was cancelled before: nothing is scheduled. */
export async function activityInCancelledScope(): Promise<string[]> {
  const scope = new CancellationScope();
  scope.cancel();
  const refused = await scope
    .run(() => tryCancel.greet("nobody"))
    .catch((error: unknown) => `${error instanceof Error ? error.name : "?"}`);
  return [refused, await tryCancel.greet("somebody")];
}
