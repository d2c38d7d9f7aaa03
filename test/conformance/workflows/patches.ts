/**
 * Workflows whose code was changed under them. The four `patch…` workflows are the phases of one change: histories of one
 * are replayed by the code of the others.
 */
import {
  condition,
  defineSignal,
  deprecatePatch,
  patched,
  proxyActivities,
  setHandler,
  sleep,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

const { greet, echo } = proxyActivities<typeof activities>({ startToCloseTimeout: "1 minute" });

const proceed: ReturnType<typeof defineSignal<[]>> = defineSignal<[]>("proceed");

/** Waits for a signal at the end, so that a worker with other code can take over. */
async function end(result: unknown): Promise<unknown> {
  let may = false;
  setHandler(proceed, () => {
    may = true;
  });
  await condition(() => may);
  return result;
}

export async function patchBefore(): Promise<unknown> {
  return await end(await greet("old"));
}

export async function patchWith(): Promise<unknown> {
  const result = patched("say-new") ? await echo("new") : await greet("old");
  return await end([result, patched("say-new")]);
}

export async function patchDeprecated(): Promise<unknown> {
  deprecatePatch("say-new");
  return await end(await echo("new"));
}

export async function patchAfter(): Promise<unknown> {
  return await end(await echo("new"));
}

/** Several patches, met in an order that is not that of their names, in more than one task. */
export async function severalPatches(): Promise<unknown> {
  const seen = [patched("zebra"), patched("apple"), patched("zebra")];
  await sleep(20);
  deprecatePatch("mango");
  seen.push(patched("mango"), patched("apple"));
  await greet("between");
  for (const id of ["a-b", "ä", "A"]) seen.push(patched(id));
  return seen;
}

/** Each patch is longer than the last; the search attribute stops growing where the server would refuse it. */
export async function patchesTooLongForSearch(): Promise<number> {
  let count = 0;
  for (let number = 0; number < 8; number++) {
    if (patched(`${number}-${"x".repeat(300)}`)) count++;
  }
  await sleep(20);
  return count;
}

/** Patched in a loop: one marker. */
export async function patchedInLoop(): Promise<string[]> {
  const seen: string[] = [];
  for (let turn = 0; turn < 3; turn++) {
    seen.push(patched("in-loop") ? "new" : "old");
    await sleep(20);
  }
  return seen;
}

/** Marks a timeout of 0. */
export async function conditionWithoutTime(): Promise<boolean[]> {
  const first = await condition(() => false, 0);
  return [first, await condition(() => true, 0), await condition(() => false, "0 s")];
}
