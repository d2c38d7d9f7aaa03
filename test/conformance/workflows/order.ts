/**
 * Workflows whose order of commands depends on how many microtasks each call takes: several things are resolved in one
 * activation, and each then schedules an activity that names it.
 */
import { condition, defineSignal, proxyActivities, setHandler, sleep } from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet, echo } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

export const poke: ReturnType<typeof defineSignal<[string]>> = defineSignal<[string]>("poke");

/** An activity, a timer, a signal handler and a condition; all become ready while no worker runs. */
export async function orderOfResolutions(): Promise<string[]> {
  const order: string[] = [];
  const note = async (name: string): Promise<void> => {
    order.push(name);
    await echo(name);
  };
  let poked = false;
  setHandler(poke, async (value) => {
    poked = true;
    await note(`signal ${value}`);
  });
  await Promise.all([
    greet("first").then(() => note("activity")),
    sleep(2_000).then(() => note("timer")),
    condition(() => poked).then(() => note("condition")),
    condition(() => poked, "1 hour").then(() => note("condition with timeout")),
    (async () => {
      await greet("second");
      await note("activity awaited");
    })(),
    (async () => {
      await sleep(1_900);
      await note("timer awaited");
    })(),
  ]);
  return order;
}
