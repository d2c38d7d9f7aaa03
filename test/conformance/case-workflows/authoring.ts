import type { TemporalDuration } from "perdure/common";
import {
  AsyncLocalStorage,
  condition,
  proxyActivities,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setWorkflowOptions,
  sleep,
  Trigger,
  workflowInfo,
} from "perdure/workflow";

/** Answers signals and queries of any name, and keeps a value through its waits. */
export async function anyName(): Promise<unknown> {
  const seen: unknown[] = [];
  const enough = new Trigger<string>();
  const owner = new AsyncLocalStorage<string>();
  setDefaultQueryHandler((name, ...args) => [name, args.length, seen.length]);
  setDefaultSignalHandler((name, ...args) => {
    seen.push([name, ...args]);
    if (seen.length === 2) enough.resolve(`after ${name}`);
  });
  return await owner.run("ada", async () => {
    const last = await enough;
    await sleep(10);
    return [seen, last, owner.getStore()];
  });
}

class OutOfStock extends Error {
  override readonly name = "OutOfStock";
}

/** Fails itself, and not its task, by the options of its definition. */
export async function failsByDefinition(): Promise<void> {
  throw new OutOfStock("none left");
}
setWorkflowOptions({ failureExceptionTypes: [OutOfStock] }, failsByDefinition);

/** Fails itself where the worker says so. */
export async function failsByWorker(): Promise<void> {
  throw new RangeError("too far");
}

interface TemporalOfRuntime {
  readonly Duration: { from(text: string): TemporalDuration };
  readonly Now: { instant(): { readonly epochMilliseconds: number }; timeZoneId(): string };
}

/** Times given as `Temporal.Duration` where the runtime has it, and the clock of `Temporal.Now`. */
export async function temporalTimes(): Promise<unknown> {
  // Not in the libraries that TypeScript 5 knows.
  const { Temporal } = globalThis as { readonly Temporal?: TemporalOfRuntime };
  if (Temporal === undefined) return "none";
  const clocks = [[Temporal.Now.instant().epochMilliseconds, Date.now()]];
  await sleep(Temporal.Duration.from("PT0.02S"));
  clocks.push([Temporal.Now.instant().epochMilliseconds, Date.now()]);
  const inTime = await condition(() => false, Temporal.Duration.from("PT0.01S"));
  const refusal = await (async () => sleep(Temporal.Duration.from("P1W")))().catch(
    (error: Error) => error.message,
  );
  const { greet } = proxyActivities<{ greet(name: string): Promise<string> }>({
    startToCloseTimeout: Temporal.Duration.from("PT1M"),
    retry: { initialInterval: Temporal.Duration.from("PT1S") },
  });
  const same = clocks.every(([temporal, date]) => temporal === date);
  return [same, Temporal.Now.timeZoneId(), inTime, refusal, await greet("Ada")];
}

/** Not deterministic: only what is done for the first time calls the activity. */
export async function forgetful(): Promise<string> {
  const { greet } = proxyActivities<{ greet(name: string): Promise<string> }>({
    startToCloseTimeout: "1 minute",
  });
  if (!workflowInfo().unsafe.isReplaying) await greet("Ada");
  await sleep(10);
  return "never";
}
