/** Bench workflows. `SDK` in the import specifiers is replaced by the SDK's own name when the file is copied. */
import { condition, defineSignal, proxyActivities, setHandler } from "SDK/workflow";

const { echo } = proxyActivities({ startToCloseTimeout: "1 minute" });
const finish = defineSignal("finish");

export async function one() {
  return await echo("x");
}

export async function chain(length) {
  let last = "";
  for (let index = 0; index < length; index++) last = await echo(`step ${index}`);
  return last;
}

export async function fan(width) {
  const results = await Promise.all(Array.from({ length: width }, (_, index) => echo(`item ${index}`)));
  return results.length;
}

/** Stays in the cache until it is told to end. */
export async function waiting() {
  let done = false;
  setHandler(finish, () => {
    done = true;
  });
  await condition(() => done);
  return "done";
}

/** One workflow task, and nothing else. */
export async function quick(value) {
  return value;
}
