/** Workflows with cancellation scopes of their own. */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet, heartbeatUntilCancelled } = proxyActivities<typeof activities>({
  startToCloseTimeout: "1 minute",
  heartbeatTimeout: "500 ms",
});
/** It does not heartbeat. */
const { slow } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

export const stop: ReturnType<typeof defineSignal> = defineSignal("stop");

/** How a promise ended, in one word. */
async function endOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "done";
  } catch (error) {
    return isCancellation(error) ? "cancelled" : "failed";
  }
}

/** The work is quicker than the scope's time: its timer is cancelled. */
export async function scopeTimeoutNotReached(): Promise<string> {
  return await CancellationScope.withTimeout("1 hour", () => greet("in time"));
}

/** The scope's time is over first: the work in it is cancelled. */
export async function scopeTimeoutReached(): Promise<string> {
  return await endOf(CancellationScope.withTimeout(200, () => heartbeatUntilCancelled()));
}

/** The work fails before the time is over: the timer is cancelled all the same. */
export async function scopeTimeoutAndFailure(): Promise<string> {
  const end = await endOf(
    CancellationScope.withTimeout("1 hour", async () => {
      await sleep(20);
      throw ApplicationFailure.nonRetryable("inside");
    }),
  );
  await sleep(20);
  return end;
}

/** A cancelled parent takes its cancellable children with it, and not the shielded one. */
export async function nestedScopes(): Promise<Record<string, string>> {
  const ends: Record<string, string> = {};
  const outer = new CancellationScope();
  const running = outer.run(async () => {
    const child = CancellationScope.cancellable(async () => {
      ends.child = await endOf(sleep("1 hour"));
    });
    const shielded = CancellationScope.nonCancellable(async () => {
      ends.grandchild = await endOf(CancellationScope.cancellable(() => sleep(300)));
      ends.shielded = await endOf(greet("shielded"));
    });
    ends.own = await endOf(sleep("1 hour"));
    await Promise.all([child, shielded]);
  });
  await sleep(50);
  outer.cancel();
  await running;
  ends.outside = await endOf(sleep(10));
  return ends;
}

/** One of two sibling scopes is cancelled by a signal; the other goes on. */
export async function siblingScopes(): Promise<string[]> {
  const first = new CancellationScope();
  const second = new CancellationScope();
  setHandler(stop, () => first.cancel());
  return await Promise.all([
    first.run(() => endOf(sleep("1 hour"))),
    second.run(() => endOf(slow("second", 500))),
  ]);
}

/** An error in one branch cancels the other branches. */
export async function failureCancelsSiblings(): Promise<string[]> {
  const ends: string[] = [];
  const scope = new CancellationScope();
  await scope
    .run(() =>
      Promise.all([
        sleep(50).then(() => {
          throw ApplicationFailure.nonRetryable("one branch failed");
        }),
        endOf(sleep("1 hour")).then((end) => ends.push(end)),
        endOf(condition(() => false)).then((end) => ends.push(end)),
      ]),
    )
    .catch((error: unknown) => {
      ends.push(error instanceof Error ? error.message : "?");
      scope.cancel();
    });
  await condition(() => ends.length === 3);
  return ends;
}
