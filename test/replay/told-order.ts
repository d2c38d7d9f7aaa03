/** Stands in for the workflow of the same name in test/conformance/workflows/local-races.ts, and says in which order it is told. */
import {
  CancellationScope,
  executeChild,
  isCancellation,
  proxyLocalActivities,
  proxySinks,
  type Sinks,
  sleep,
} from "perdure/workflow";

export interface OrderSinks extends Sinks {
  readonly order: { note(what: string): void };
}

const { order } = proxySinks<OrderSinks>();
const local = proxyLocalActivities<{ slow(label: string, delayMs: number): Promise<string> }>({
  startToCloseTimeout: "1 minute",
});

export async function quickChild(ms: number): Promise<string> {
  return `child after ${ms}`;
}

export async function localRacesChildAndTimer(
  localMs: number,
  childMs: number,
  timerMs: number,
): Promise<string> {
  const scope = new CancellationScope();
  const watched = async (name: string, work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      order.note(name);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      order.note(`${name} cancelled`);
    }
    return name;
  };
  const runners = await scope.run(async () => [
    watched("local", local.slow("local", localMs)),
    watched("child", executeChild(quickChild, { args: [childMs] })),
    watched("timer", sleep(timerMs)),
  ]);
  const first = await Promise.race(runners);
  scope.cancel();
  await Promise.all(runners);
  return first;
}
