/** Local activities beside children, timers and activities: who is first, and that the others go on or are cancelled. */
import {
  CancellationScope,
  executeChild,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

type Activities = typeof activities;

const local = proxyLocalActivities<Activities>({ startToCloseTimeout: "1 minute" });
const remote = proxyActivities<Activities>({ startToCloseTimeout: "1 minute" });

export async function quickChild(ms: number): Promise<string> {
  if (ms > 0) await sleep(ms);
  return `child after ${ms}`;
}

/** The one that is first wins; the scope of the others is cancelled. */
export async function localRacesChildAndTimer(
  localMs: number,
  childMs: number,
  timerMs: number,
): Promise<unknown[]> {
  const seen: string[] = [];
  const scope = new CancellationScope();
  const watched = async (name: string, work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      seen.push(name);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      seen.push(`${name} cancelled`);
    }
    return name;
  };
  const all = scope.run(async () => [
    watched("local", local.slow("local", localMs)),
    watched("child", executeChild(quickChild, { args: [childMs] })),
    watched("timer", sleep(timerMs)),
  ]);
  const runners = await all;
  const first = await Promise.race(runners);
  scope.cancel();
  await Promise.all(runners);
  // Official markers do not say in which activation a cancelled local activity ended: a replay may hear of it earlier.
  return [first, seen.sort()];
}

/** All of them end, each followed by another kind. */
export async function localThenOthers(): Promise<string[]> {
  const seen: string[] = [];
  const branch = async (...steps: (() => Promise<unknown>)[]): Promise<void> => {
    for (const step of steps) seen.push(String(await step()));
  };
  await Promise.all([
    branch(
      () => local.greet("a"),
      () => executeChild(quickChild, { args: [0] }),
      () => local.greet("b"),
    ),
    branch(
      () => sleep(150).then(() => "timer"),
      () => local.greet("c"),
    ),
  ]);
  seen.push(await remote.greet("d"), await local.greet("e"));
  return seen;
}
