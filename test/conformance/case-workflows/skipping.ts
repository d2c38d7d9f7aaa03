/** Workflows for test environments: they sleep long, wait for slow activities, and fail assertions. */
import assert from "node:assert";
import {
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
} from "perdure/workflow";
import type { skippingActivities } from "../cases/testing-activities.ts";

export const nudge = defineSignal("nudge");

const { work, silent } = proxyActivities<typeof skippingActivities>({
  startToCloseTimeout: "20 days",
  heartbeatTimeout: "2 seconds",
  retry: { maximumAttempts: 1 },
});

/** Sleeps, and tells when by its own clock it began and ended. */
export async function sleeper(days: number): Promise<[startMs: number, endMs: number]> {
  const startMs = Date.now();
  await sleep(`${days} days`);
  return [startMs, Date.now()];
}

/** Waits for a signal; a day at most. */
export async function nudged(): Promise<"nudged" | "alone"> {
  let got = false;
  setHandler(nudge, () => {
    got = true;
  });
  return (await condition(() => got, "1 day")) ? "nudged" : "alone";
}

/** An activity that takes real time. */
export async function busy(ms: number): Promise<string> {
  return await work(ms);
}

/** An activity that says nothing for longer than it may. */
export async function unheard(): Promise<void> {
  await silent();
}

/** Races an activity with a timer. */
export async function raced(): Promise<string> {
  const slow = proxyActivities<typeof skippingActivities>({ startToCloseTimeout: "30 days" });
  return await Promise.race([sleep("6 days").then(() => "timer"), slow.skips("10 days")]);
}

/** A child that sleeps longer than its parent, and one whose end the parent waits for. */
export async function family(): Promise<number[]> {
  await startChild(sleeper, { args: [90], parentClosePolicy: "ABANDON" });
  const [own, first, second] = await Promise.all([
    sleeper(20),
    executeChild(sleeper, { args: [30] }),
    executeChild(chain, { args: [3] }),
  ]);
  return [own[1] - own[0], first[1] - first[0], second];
}

/** Sleeps ten days a run. */
export async function chain(left: number, sinceMs: number = Date.now()): Promise<number> {
  await sleep("10 days");
  if (left > 1) return await continueAsNew<typeof chain>(left - 1, sinceMs);
  return Date.now() - sinceMs;
}

/** What a cron workflow does each day. */
export async function daily(): Promise<number> {
  await sleep("1 hour");
  return Date.now();
}

export async function asserting(value: number): Promise<number> {
  assert.equal(value, 1);
  return value;
}

/** An activity that sleeps in the environment for longer than it may run. */
export async function timedOutAsleep(): Promise<string> {
  const slow = proxyActivities<typeof skippingActivities>({
    startToCloseTimeout: "1 day",
    retry: { maximumAttempts: 1 },
  });
  return await slow.skips("3 days");
}
