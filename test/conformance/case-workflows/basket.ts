import { ApplicationFailure, condition, defineSignal, defineUpdate, setHandler } from "perdure/workflow";

const put = defineUpdate<number, [thing: string]>("put");
const pay = defineSignal("pay");

/** Takes things until it is paid. */
export async function basket(): Promise<string[]> {
  const things: string[] = [];
  let paid = false;
  setHandler(put, (thing) => things.push(thing), {
    validator(thing) {
      if (thing === "") throw new Error("nothing to put");
    },
  });
  setHandler(pay, () => {
    paid = true;
  });
  await condition(() => paid);
  return things;
}

/** Fails with a failure that says everything. */
export async function brokenOff(): Promise<never> {
  throw ApplicationFailure.nonRetryable("it broke off", "Spoilt", { at: 7 });
}
