/** Workflows that use time: `sleep`, `setTimeout`, cancelled timers and races. */
import { CancellationScope, isCancellation, proxyActivities, sleep } from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet, slow } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

/** Returns how far workflow time moved: at least the time slept. */
export async function sleepOnce(duration: number | string): Promise<boolean> {
  const before = Date.now();
  await sleep(duration as number);
  return Date.now() > before;
}

/** Zero and negative times sleep for one millisecond. */
export async function sleepZero(): Promise<string> {
  await sleep(0);
  await sleep(-5);
  return "slept twice";
}

/** Timers end in the order of their times, not of their starts. */
export async function severalTimers(): Promise<number[]> {
  const ended: number[] = [];
  await Promise.all(
    [1_500, 100, 800].map(async (ms) => {
      await sleep(ms);
      ended.push(ms);
    }),
  );
  return ended;
}

export async function cancelTimer(): Promise<string> {
  const scope = new CancellationScope();
  const timer = scope.run(() => sleep("1 hour"));
  await sleep(50);
  scope.cancel();
  try {
    await timer;
    return "fired";
  } catch (error) {
    return isCancellation(error) ? "cancelled" : "failed";
  }
}

/** Started and cancelled in one activation: the server never hears of it. */
export async function cancelTimerAtOnce(): Promise<string> {
  const scope = new CancellationScope();
  const timer = scope.run(() => sleep("1 hour"));
  scope.cancel();
  const outcome = await timer.then(
    () => "fired",
    () => "cancelled",
  );
  await sleep(20);
  return outcome;
}

export async function globalTimers(): Promise<string[]> {
  const seen: string[] = [];
  const never = setTimeout(() => seen.push("never"), 60_000);
  setTimeout((word: string) => seen.push(word), 200, "second");
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      seen.push("first");
      resolve();
    }, 20);
  });
  clearTimeout(never);
  await sleep(400);
  return seen;
}

/** A timeout that is set and cleared in one activation. */
export async function clearTimeoutAtOnce(): Promise<string> {
  clearTimeout(setTimeout(() => undefined, 60_000));
  await sleep(20);
  return "done";
}

/** The activity is quicker than the timer, which stays open when the workflow ends. */
export async function activityBeatsTimer(): Promise<string> {
  return await Promise.race([greet("you"), sleep("1 hour").then(() => "timer")]);
}

/** The timer is quicker than the activity. */
export async function timerBeatsActivity(): Promise<string> {
  return await Promise.race([slow("activity", 3_000), sleep(100).then(() => "timer")]);
}
