/** A workflow that waits at many places at once; each is on a line of its own that says where. */
import {
  CancellationScope,
  condition,
  defineSignal,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
  Trigger,
} from "perdure/workflow";
import type { caseActivities } from "../case-activities.ts";

export const release = defineSignal("release");

const { never } = proxyActivities<typeof caseActivities & { never(): Promise<void> }>({
  startToCloseTimeout: "1 hour",
  taskQueue: "nobody-polls-this",
});

class Lock {
  readonly #waiting: (() => void)[] = [];
  acquire(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve)); // waits: lock
  }
}

async function inTwoPlaces(): Promise<void> {
  await Promise.all([
    sleep("1 hour"), // waits: sleep
    never(), // waits: activity
  ]);
}

/** Two of its waits are over by the time it is asked. */
export async function waits(): Promise<string> {
  let released = false;
  setHandler(release, () => {
    released = true;
  });
  await sleep(1); // over
  await Promise.race([sleep("1 hour"), Promise.resolve()]); // waits: race
  const scope = new CancellationScope();
  const child = await startChild(waitsForEver, { taskQueue: "nobody-polls-this" }); // waits: child
  const waiting = [
    inTwoPlaces(),
    condition(() => released), // waits: condition
    condition(() => false, "1 hour"), // waits: condition with timeout
    new Lock().acquire(), // waits: user
    new Trigger<void>(), // waits: trigger
    child.result(),
    scope.run(() => sleep("2 hours")), // waits: scope
  ];
  await Promise.race(waiting);
  return "released";
}

export async function waitsForEver(): Promise<void> {
  await condition(() => false);
}
