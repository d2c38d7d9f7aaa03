import { condition, defineSignal, proxyActivities, setHandler, sleep } from "perdure/workflow";

const { echo } = proxyActivities({ startToCloseTimeout: "1 minute" });

/** One activity. */
export async function one(value) {
  return await echo(value);
}

export async function sleeper(days) {
  await sleep(`${days} days`);
  return Date.now();
}

const note = defineSignal("note");

/** Hears signals until the last. */
export async function listener(count) {
  let heard = 0;
  setHandler(note, () => {
    heard += 1;
  });
  await condition(() => heard === count);
  return heard;
}
