import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  log,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from "perdure/workflow";
import type { caseActivities } from "../case-activities.ts";

const { greet, slow, beat, later } = proxyActivities<typeof caseActivities>({
  startToCloseTimeout: "1 minute",
  heartbeatTimeout: "20 seconds",
  retry: { initialInterval: "100 ms" },
});

export const finish = defineSignal<[word: string]>("finish");
export const state = defineQuery<string>("state");

/** Gives back its argument. */
export async function echo(value: unknown): Promise<unknown> {
  return value;
}

/** One activity. */
export async function greeting(name: string): Promise<string> {
  return await greet(name);
}

/** Waits for the signal `finish` and returns its word. */
export async function waiting(): Promise<string> {
  let word: string | undefined;
  setHandler(state, () => (word === undefined ? "waiting" : `got ${word}`));
  setHandler(finish, (given) => {
    word = given;
  });
  await condition(() => word !== undefined);
  return word ?? "";
}

/** Activities and timers in turn: work that is under way for a while, for workers that die or servers that restart. */
export async function steps(count: number): Promise<string[]> {
  const done: string[] = [];
  for (let index = 0; index < count; index++) {
    done.push(await greet(`step ${index}`));
    await sleep(50);
  }
  return done;
}

/** Calls the slow activity. */
export async function slowly(ms: number): Promise<string> {
  return await slow(ms);
}

/** Calls the activity that heartbeats until it is cancelled. */
export async function beating(): Promise<string> {
  return await beat();
}

/** Calls the activity that is completed from outside. */
export async function completedLater(): Promise<string> {
  return await later();
}

/** Says what it knows of itself. */
export async function info(): Promise<Record<string, unknown>> {
  const { workflowId, workflowType, namespace, attempt, memo, taskQueue } = workflowInfo();
  log.info("a line from a workflow", { workflowType });
  return { workflowId, workflowType, namespace, attempt, memo, taskQueue };
}

/** Continues as new until nothing is left. */
export async function countdown(left: number): Promise<string> {
  if (left === 0) return "lift-off";
  return await continueAsNew<typeof countdown>(left - 1);
}
