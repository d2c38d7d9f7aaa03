/** Errors that fail a workflow, or an update, and not its task, by options of the definition. */
import { condition, executeChild, setHandler, setWorkflowOptions, sleep } from "perdure/workflow";
import { close, OutOfStock, SoldOut, takeOrders } from "./order-taking.ts";

/** A class and what extends it. */
export async function soldOut(pauseFirst: boolean): Promise<void> {
  if (pauseFirst) await sleep(10);
  throw new SoldOut("none left", { cause: new RangeError("0 of 1") });
}
setWorkflowOptions({ failureExceptionTypes: [OutOfStock] }, soldOut);

/** Every error. */
export async function anyErrorFails(): Promise<void> {
  await sleep(10);
  throw new RangeError("too far");
}
setWorkflowOptions({ failureExceptionTypes: [Error] }, anyErrorFails);

/** Updates whose handlers throw such errors fail; the workflow goes on. */
export function failingUpdates(): Promise<string[]> {
  return takeOrders(new SoldOut("refused"));
}
setWorkflowOptions({ failureExceptionTypes: [OutOfStock] }, failingUpdates);

/** Signal handlers that throw such errors fail the workflow. */
export async function failsInSignal(): Promise<void> {
  setHandler(close, () => {
    throw new OutOfStock("in a handler");
  });
  await condition(() => false);
}
setWorkflowOptions({ failureExceptionTypes: [OutOfStock] }, failsInSignal);

/** What the parent of such a workflow gets. */
export async function parentOfSoldOut(): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const type of [soldOut, anyErrorFails] as const) {
    try {
      await executeChild(type as () => Promise<void>, { args: [] as [] });
    } catch (error) {
      for (let at = error; at instanceof Error; at = at.cause) seen.push([at.name, at.message]);
    }
  }
  return seen;
}
