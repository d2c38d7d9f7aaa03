/** One file of a user that holds workflow, activities and tests together: each is used where it can be. */
import assert from "node:assert";
import { activityInfo, log as activityLog } from "perdure/activity";
import { Client, type Connection } from "perdure/client";
import { TestWorkflowEnvironment } from "perdure/testing";
import { Worker } from "perdure/worker";
import { inWorkflowContext, proxyActivities } from "perdure/workflow";

/** Right while the module is loaded, in both places. */
export const loadedInside: boolean = inWorkflowContext();

class PriceTooHigh extends Error {}

/** The activities. */
export const activities = {
  async price(item: string): Promise<number> {
    activityLog.debug("asked", { attempt: activityInfo().attempt });
    return item.length;
  },
};

const { price } = proxyActivities<typeof activities>({ startToCloseTimeout: "10 seconds" });

/** The workflow. */
export async function priced(item: string): Promise<unknown> {
  function inner(): void {}
  return [await price(item), loadedInside, inWorkflowContext(), PriceTooHigh.name, priced.name, inner.name];
}

/** The test. */
export async function testPriced(options: {
  readonly connection: Connection;
  readonly taskQueue: string;
}): Promise<unknown> {
  assert.equal(typeof TestWorkflowEnvironment, "function");
  assert.equal(inWorkflowContext(), false);
  const { connection, taskQueue } = options;
  const workflowsPath = import.meta.url;
  const worker = await Worker.create({ connection, taskQueue, workflowsPath, activities });
  const client = new Client({ connection });
  return await worker.runUntil(
    client.workflow.execute(priced, { workflowId: `wf-${taskQueue}`, taskQueue, args: ["tea"] }),
  );
}
