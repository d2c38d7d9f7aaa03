/** A workflow whose server is disturbed on purpose: activities, timers, updates and a signal, with a result that shows what was lost or came twice. */
import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setHandler,
  sleep,
} from "perdure/workflow";
import type { countingActivities } from "../cases/testing-faults.ts";

export const addWord = defineUpdate<number, [word: string]>("addWord");
export const enough = defineSignal("enough");
export const words = defineQuery<string[]>("words");

// Short enough that a task that was lost comes back in a test.
const { count } = proxyActivities<typeof countingActivities>({
  startToCloseTimeout: "1 second",
  retry: { initialInterval: 50 },
});

/** Counts to `to` by activities and timers, and takes words until it is told that they are enough. */
export async function disturbed(to: number): Promise<{ counted: number[]; words: string[] }> {
  const taken: string[] = [];
  let over = false;
  setHandler(words, () => taken);
  setHandler(enough, () => {
    over = true;
  });
  setHandler(addWord, async (word) => {
    await sleep(10);
    return taken.push(word);
  });
  const counted: number[] = [];
  for (let step = 1; step <= to; step++) {
    counted.push(await count(step));
    await sleep(5);
  }
  await condition(() => over);
  return { counted, words: taken };
}
