import { expect, test } from "vitest";
import type { InjectedSinks } from "../../src/worker/mod.ts";
import { Worker } from "../../src/worker/mod.ts";
import { recorded } from "./recorded.ts";
import type { OrderSinks } from "./told-order.ts";
import { bundleOf } from "./workflow-code.ts";

/*
 * Live, the official SDK tells "child, timer cancelled, local cancelled" here: the local activity is told of its end in an activation of
 * its own. When it replays it knows the marker ahead and tells the end at once (SDK 1.24.0, the same in six replays of four
 * recordings). Its marker does not say which it was, so a replay by Perdure goes as one by the official SDK does.
 */
test("a local activity that was cancelled is told of as in the official SDK's replay", async () => {
  const told: string[] = [];
  const note = {
    callDuringReplay: true,
    fn: (_info: unknown, what: string) => {
      told.push(what);
    },
  };
  const sinks: InjectedSinks<OrderSinks> = { order: { note } };
  const workflowBundle = { code: await bundleOf("../../replay/told-order.ts") };
  const { workflowId, events } = recorded("local-beaten-by-child");
  await Worker.runReplayHistory({ workflowBundle, sinks }, { events: [...events] }, workflowId);
  expect(told).toEqual(["child", "local cancelled", "timer cancelled"]);
});
