import { condition, defineSignal, proxyActivities, setHandler } from "perdure/workflow";

const { greet } = proxyActivities<{ greet(name: string): Promise<string> }>({
  startToCloseTimeout: "10 seconds",
});
const finish = defineSignal<[word: string]>("finish");

export const oldWay = (): Promise<string> => greet("old");
export const newWay = async (): Promise<string> => `${await greet("new")} ${await greet("and more")}`;

/** Waits for the signal, so that another worker can take over in between. */
export async function untilFinished(result: string): Promise<string> {
  let done = false;
  setHandler(finish, () => {
    done = true;
  });
  await condition(() => done);
  return result;
}
