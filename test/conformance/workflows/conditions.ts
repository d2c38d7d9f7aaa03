/** Workflows that wait for a state of their own. */
import { condition, defineSignal, setHandler, sleep } from "perdure/workflow";

export const advance: ReturnType<typeof defineSignal<[number]>> = defineSignal<[number]>("advance");

/** Waits, without limit, until signals have brought the total to `wanted`. */
export async function conditionWithoutTimeout(wanted: number): Promise<number> {
  let total = 0;
  setHandler(advance, (by) => {
    total += by;
  });
  await condition(() => total >= wanted);
  return total;
}

/** The condition becomes true before its time is over. */
export async function conditionInTime(wanted: number): Promise<[boolean, number]> {
  let total = 0;
  setHandler(advance, (by) => {
    total += by;
  });
  const reached = await condition(() => total >= wanted, "1 hour");
  return [reached, total];
}

export async function conditionTimesOut(): Promise<boolean> {
  return await condition(() => false, 100);
}

/** True from the beginning: nothing is waited for, and the timer is started and cancelled in one activation. */
export async function conditionTrueAtOnce(): Promise<[boolean, string]> {
  const reached = await condition(() => true, "1 hour");
  await condition(() => true);
  await sleep(20);
  return [reached, "done"];
}

/** One condition makes another one true, which makes a third one true. */
export async function conditionsFollowEachOther(): Promise<string[]> {
  const seen: string[] = [];
  const third = condition(() => seen.includes("second")).then(() => seen.push("third"));
  const second = condition(() => seen.includes("first")).then(() => seen.push("second"));
  await sleep(20);
  seen.push("first");
  await Promise.all([second, third]);
  return seen;
}
