import { condition, defineSignal, proxyActivities, setHandler } from "perdure/workflow";

const { greet } = proxyActivities<{ greet(name: string): Promise<string> }>({
  startToCloseTimeout: "10 seconds",
});
const finish = defineSignal<[word: string]>("finish");

/** The version that runs first. */
export async function changed(): Promise<string> {
  const greeting = await greet("before");
  let done = false;
  setHandler(finish, () => {
    done = true;
  });
  await condition(() => done);
  return greeting;
}
