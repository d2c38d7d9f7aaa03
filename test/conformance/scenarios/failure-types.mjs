/** Error types that fail workflows and updates. */
import { settled } from "./wait.mjs";

/** What it was answered is in the history. */
const tried = async (call) => await call.catch(() => undefined);

export const failureTypeScenarios = [
  { subject: "failure-type-at-once", workflow: "soldOut", args: [false] },
  { subject: "failure-type-later", workflow: "soldOut", args: [true] },
  { subject: "failure-type-any-error", workflow: "anyErrorFails" },
  { subject: "failure-type-in-children", workflow: "parentOfSoldOut" },
  {
    subject: "failure-type-in-signal",
    workflow: "failsInSignal",
    async act(handle) {
      await settled(handle);
      await handle.signal("close");
    },
  },
  ...["book", "later", "nothing"].map((what) => ({
    subject: `failure-type-in-update-${what}`,
    note: "an update that works, one that fails, and another one",
    workflow: "failingUpdates",
    async act(handle) {
      await settled(handle);
      for (const [index, order] of ["pen", what, "pen"].entries()) {
        await tried(handle.executeUpdate("order", { args: [order], updateId: `order-${index}` }));
      }
      // It may be at its end.
      await tried(handle.signal("close"));
    },
  })),
].map((scenario) => ({ source: "failure-types.ts", ...scenario }));
