/** Errors that fail workflows and updates by options of the worker: of all types, and of one. */
import { condition, executeChild, setHandler, sleep } from "perdure/workflow";
import { close, OutOfStock, SoldOut, takeOrders } from "../order-taking.ts";

/** `OutOfStock` fails all types, and what extends it too. */
export async function soldOutByWorker(pauseFirst: boolean): Promise<void> {
  if (pauseFirst) await sleep(10);
  throw new SoldOut("none left");
}

/** `RangeError` fails this type only. */
export async function rangeByWorker(): Promise<void> {
  await sleep(10);
  throw new RangeError("too far");
}

/** Any error fails this type: the worker says `Error`. */
export async function anyByWorker(): Promise<void> {
  await sleep(10);
  throw new EvalError("whatever");
}

/** A signal handler throws. */
export async function signalByWorker(): Promise<void> {
  setHandler(close, async () => {
    await sleep(10);
    throw new OutOfStock("in a handler");
  });
  await condition(() => false);
}

/** Updates fail, by their validator, at once and later; the workflow goes on. */
export function updatesByWorker(): Promise<string[]> {
  return takeOrders(new OutOfStock("refused"));
}

/** What the parent of such workflows gets. */
export async function parentByWorker(): Promise<unknown[]> {
  const errors: unknown[] = [];
  for (const type of ["soldOutByWorker", "rangeByWorker"]) {
    try {
      await executeChild(type, { args: [true] });
    } catch (error) {
      for (let at = error; at instanceof Error; at = at.cause) errors.push([at.name, at.message]);
    }
  }
  return errors;
}
