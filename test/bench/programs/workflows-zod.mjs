/** The waiting workflow in a file that imports a third-party library, as users do. */
import { condition, defineSignal, setHandler } from "SDK/workflow";
import { z } from "zod";

const Order = z.object({
  id: z.string(),
  lines: z.array(z.object({ item: z.string(), count: z.number().int() })),
});
const finish = defineSignal("finish");

export async function waiting() {
  const order = Order.parse({ id: "1", lines: [{ item: "teapot", count: 3 }] });
  let done = false;
  setHandler(finish, () => {
    done = true;
  });
  await condition(() => done);
  return order.id;
}
