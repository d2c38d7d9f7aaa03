/** A program with test environments that does nothing to end: when its work is done, nothing may keep it alive. */
import { TestWorkflowEnvironment } from "perdure/testing";

const env = await TestWorkflowEnvironment.createTimeSkipping();
await env.client.workflow.start("nobody-works-on-it", {
  taskQueue: "tests",
  workflowId: "one",
  startDelay: "1 day",
});
await env.sleep("1 hour");
const local = await TestWorkflowEnvironment.createLocal();
const sleeping = local.sleep("1 hour").catch(() => {});
await Promise.all([env.teardown(), local.teardown(), sleeping]);
console.log("done");
