/** A workflow that takes orders by updates, some of which fail by errors that are none of Temporal's. */
import {
  allHandlersFinished,
  condition,
  defineSignal,
  defineUpdate,
  setHandler,
  sleep,
} from "perdure/workflow";

export class OutOfStock extends Error {
  override readonly name: string = "OutOfStock";
}

export class SoldOut extends OutOfStock {
  override readonly name: string = "SoldOut";
}

export const order = defineUpdate<string, [string]>("order");
export const close = defineSignal("close");

/** Updates fail, by their validator with the error given, at once and later; the workflow goes on until it is closed. */
export async function takeOrders(refused: Error): Promise<string[]> {
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
        if (what === "nothing") throw refused;
      },
    },
  );
  await condition(() => closed && allHandlersFinished());
  return taken;
}
