/** Calls of every kind that interceptors see; the worker has those of `interceptors.ts`. */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from "perdure/workflow";
import type * as activities from "../../activities.ts";
import { internals, seen } from "./interceptors.ts";

type Activities = typeof activities;

const { greet } = proxyActivities<Activities>({ startToCloseTimeout: "1 minute" });
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: "1 minute" });

const knock = defineSignal<[string]>("knock");
const rename = defineUpdate<string, [string]>("rename");
const names = defineQuery<string[]>("names");

/** Waits for two signals and gives back what its interceptors saw. */
export async function interceptedChild(): Promise<string[]> {
  const knocks: string[] = [];
  setHandler(knock, (from) => void knocks.push(from));
  await condition(() => knocks.length === 2);
  return [...seen, ...knocks];
}

/** Calls everything once, waits for a signal and an update, and goes on in a second run. */
export async function intercepted(before: unknown[]): Promise<unknown[]> {
  const known: string[] = [];
  setHandler(names, () => known);
  setHandler(knock, (from) => void known.push(from));
  setHandler(
    rename,
    async (to) => {
      await sleep(10);
      known.push(to);
      return to;
    },
    {
      validator(to) {
        if (to === "") throw new Error("a name is needed");
      },
    },
  );
  if (before.length > 0) return [...before, ...seen, [...internals].sort()];
  const results: unknown[] = [await greet("a"), await local.greet("b")];
  await sleep(20);
  const child = await startChild(interceptedChild, { workflowId: `${workflowInfo().workflowId}-child` });
  await child.signal(knock, "by handle");
  await getExternalWorkflowHandle(child.workflowId).signal(knock, "from outside");
  results.push(await child.result());
  await condition(() => known.length === 2 && allHandlersFinished());
  return await continueAsNew<typeof intercepted>([...results, ...seen, ...known, [...internals].sort()]);
}
