/** Values that follow asynchronous calls, and promises that are resolved from outside. */
import {
  AsyncLocalStorage,
  CancellationScope,
  condition,
  defineSignal,
  defineUpdate,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  Trigger,
} from "perdure/workflow";
import type * as activities from "../activities.ts";

type Activities = typeof activities;

const { greet } = proxyActivities<Activities>({ startToCloseTimeout: "1 minute" });
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: "1 minute" });

const owner = new AsyncLocalStorage<string>();
const depth = new AsyncLocalStorage<number>();
const poke = defineSignal<[string]>("poke");
const tell = defineUpdate<string, [string]>("tell");

/** Two branches keep their own values through waits of every kind; handlers have none but what they set. */
export async function asyncLocals(): Promise<unknown[]> {
  const seen: unknown[] = [];
  const look = (where: string): void =>
    void seen.push([where, owner.getStore() ?? "none", depth.getStore() ?? "none"]);
  let poked = false;
  setHandler(poke, async (name) => {
    look("signal");
    await owner.run(name, async () => {
      await sleep(10);
      look("signal later");
    });
    poked = true;
  });
  setHandler(tell, async (name) => {
    look("update");
    return await owner.run(name, async () => await greet(owner.getStore() ?? "none"));
  });
  const branch = async (name: string, ms: number): Promise<void> => {
    await owner.run(name, async () => {
      await sleep(ms);
      look(`${name} slept`);
      await depth.run(ms, async () => {
        seen.push(await greet(owner.getStore() ?? "none"));
        look(`${name} called`);
        depth.exit?.(() => look(`${name} outside`));
      });
      await local.greet(name);
      await condition(() => poked);
      look(`${name} poked`);
      await CancellationScope.cancellable(async () => look(`${name} in a scope`));
      await Promise.resolve().then(() => look(`${name} then`));
    });
  };
  await Promise.all([branch("ada", 1000), branch("bob", 2500)]);
  look("end");
  return seen;
}

/** Triggers: resolved by a signal, rejected, raced with a timer, cancelled with their scope. */
export async function triggers(): Promise<unknown[]> {
  const poked = new Trigger<string>();
  const failed = new Trigger<never>();
  setHandler(poke, (name) => {
    poked.resolve(name);
    failed.reject(new Error(`no ${name}`));
    // Only the first counts.
    poked.resolve("later");
  });
  const seen: unknown[] = [await poked];
  seen.push(await Promise.resolve(failed).catch((error: Error) => error.message));
  const never = new Trigger<string>();
  seen.push(await Promise.race([never, sleep(20).then(() => "timer")]));
  const scope = new CancellationScope();
  const inScope = scope.run(async () => await new Trigger<void>());
  scope.cancel();
  seen.push(await inScope.catch((error: unknown) => isCancellation(error)));
  never.resolve("at last");
  const given = await new Promise<string>((resolve, reject) => void never.then(resolve, reject));
  return [...seen, given, await poked];
}
