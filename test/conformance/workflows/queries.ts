/** Workflows that answer queries. Queries leave nothing in a history. */
import { condition, defineQuery, defineSignal, proxyActivities, setHandler } from "perdure/workflow";
import type * as activities from "../activities.ts";

const { add } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

export const addTo: ReturnType<typeof defineSignal<[number]>> = defineSignal<[number]>("addTo");
export const close: ReturnType<typeof defineSignal> = defineSignal("close");
export const total: ReturnType<typeof defineQuery<number>> = defineQuery<number>("total");
export const describe: ReturnType<typeof defineQuery<string, [string]>> = defineQuery<string, [string]>(
  "describe",
);

/** A running sum, asked for by queries while it runs and after it has ended. */
export async function counter(): Promise<number> {
  let sum = 0;
  let closed = false;
  const waiting: number[] = [];
  setHandler(total, () => sum);
  setHandler(describe, (unit) => `${sum} ${unit}, ${closed ? "closed" : "open"}`);
  setHandler(addTo, (amount) => {
    waiting.push(amount);
  });
  setHandler(close, () => {
    closed = true;
  });
  for (;;) {
    await condition(() => waiting.length > 0 || closed);
    const next = waiting.shift();
    if (next === undefined) return sum;
    sum = await add(sum, next);
  }
}
