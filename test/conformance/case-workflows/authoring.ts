import {
  AsyncLocalStorage,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setWorkflowOptions,
  sleep,
  Trigger,
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
