/** Workflows for trouble with workflow tasks: failed, timed out, moved to another worker. */
import { condition, defineSignal, proxyActivities, setHandler, sleep } from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet, add } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

export const resume: ReturnType<typeof defineSignal> = defineSignal("resume");

/** The sound form of the workflow of the same name in `broken/tasks.ts`. */
export async function fixedLater(name: string): Promise<string> {
  const greeting = await greet(name);
  await sleep(20);
  return `${greeting} Fixed.`;
}

/** Waits for a signal between two activities, for the worker to be changed meanwhile. */
export async function pausesInTheMiddle(): Promise<string[]> {
  let resumed = false;
  setHandler(resume, () => {
    resumed = true;
  });
  const before = await greet("before");
  await condition(() => resumed);
  const after = await greet("after");
  return [before, after];
}

/** Stays open: waits for a signal that never comes, with a timer and work behind it. */
export async function staysOpen(): Promise<number> {
  let resumed = false;
  setHandler(resume, () => {
    resumed = true;
  });
  const sum = await add(1, 2);
  void sleep("1 day").catch(() => undefined);
  await condition(() => resumed);
  return sum;
}
