import { condition, defineSignal, setHandler, sleep } from "perdure/workflow";

const finish = defineSignal<[word: string]>("finish");

/** The version that is deployed under a running workflow: a timer stands where an activity was. */
export async function changed(): Promise<string> {
  await sleep(1000);
  let done = false;
  setHandler(finish, () => {
    done = true;
  });
  await condition(() => done);
  return "after";
}
