/** Workflows that say something about what they do: summaries, details and priorities on every command that has them. */
import {
  condition,
  defineSignal,
  executeChild,
  getCurrentDetails,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

type Activities = typeof activities;

const seldom = { priorityKey: 5, fairnessKey: "seldom", fairnessWeight: 0.5 };

const plain = proxyActivities<Activities>({ startToCloseTimeout: "1 minute" });
const told = proxyActivities<Activities>({
  startToCloseTimeout: "1 minute",
  summary: "says **hello**",
  priority: { priorityKey: 1, fairnessKey: "guests", fairnessWeight: 2.5 },
});
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: "1 minute", summary: "says it here" });

const goOn = defineSignal("goOn");

/** What a child is told of itself. */
export async function toldChild(): Promise<unknown> {
  setCurrentDetails("a child at work");
  await sleep(10, { summary: "the child's pause" });
  return [workflowInfo().priority ?? null, getCurrentDetails()];
}

/** Every command that can carry a summary or details has its own. */
export async function allMetadata(): Promise<unknown[]> {
  const seen: unknown[] = [workflowInfo().priority ?? null];
  setCurrentDetails("asking an activity");
  seen.push(await told.greet("a"), await told.greet.executeWithOptions({ summary: "another" }, ["b"]));
  seen.push(await local.greet("c"));
  setCurrentDetails("waiting");
  await sleep(10, { summary: "a pause" });
  const options = {
    staticSummary: "a child",
    staticDetails: "with *details*\nin two lines",
    priority: seldom,
  };
  seen.push(await executeChild(toldChild, { ...options, workflowId: `${workflowInfo().workflowId}-told` }));
  seen.push(getCurrentDetails());
  return seen;
}

/** A priority is handed down where nothing else is said, and summaries of what gets cancelled stay. */
export async function inheritedPriorities(): Promise<unknown[]> {
  let told = false;
  setHandler(goOn, () => {
    told = true;
  });
  const child = await startChild(toldChild, { workflowId: `${workflowInfo().workflowId}-inherits` });
  const greeting = await plain.greet.executeWithOptions({ priority: { priorityKey: 4 } }, ["d"]);
  const later = await plain.greet.executeWithOptions({ priority: { fairnessKey: "only a key" } }, ["e"]);
  await condition(() => told);
  return [workflowInfo().priority ?? null, greeting, later, await child.result()];
}

/** A parallel batch: a worker with free slots may get these with the answer of its workflow task. */
export async function eagerBatch(count: number, allowed: boolean): Promise<number[]> {
  const { add } = proxyActivities<Activities>({
    startToCloseTimeout: "1 minute",
    allowEagerDispatch: allowed,
  });
  return await Promise.all(Array.from({ length: count }, (_, index) => add(index, 1)));
}
