/** Errors that fail workflows and updates by options of the worker: of all types, and of one. */
import {
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  executeChild,
  setHandler,
  sleep,
} from "perdure/workflow";

class OutOfStock extends Error {
  override readonly name: string = "OutOfStock";
}

class SoldOut extends OutOfStock {
  override readonly name: string = "SoldOut";
}

const order = defineUpdate<string, [string]>("order");
const close = defineSignal("close");

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
export async function updatesByWorker(): Promise<string[]> {
  const taken: string[] = [];
  let closed = false;
  setHandler(close, () => {
    closed = true;
  });
  setHandler(
    order,
    async (what) => {
      taken.push(what);
      if (what === "later") await sleep(10);
      if (what !== "pen") throw new SoldOut(`no ${what}`);
      return `one ${what}`;
    },
    {
      validator(what) {
        if (what === "nothing") throw new OutOfStock("refused");
      },
    },
  );
  await condition(() => closed && allHandlersFinished());
  return taken;
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
