/** From process start to the first finished workflow: worker and client in one process. */

import { Client, Connection } from "SDK/client";
import { NativeConnection, Worker } from "SDK/worker";
import { fileURLToPath } from "node:url";

const { ADDRESS, TASK_QUEUE, BUNDLE } = process.env;
const native = await NativeConnection.connect({ address: ADDRESS });
const connection = await Connection.connect({ address: ADDRESS });
const code = BUNDLE
  ? { workflowBundle: { codePath: BUNDLE } }
  : { workflowsPath: fileURLToPath(new URL("workflows.mjs", import.meta.url)) };
const worker = await Worker.create({
  connection: native,
  taskQueue: TASK_QUEUE,
  ...code,
  activities: { echo: async (text) => text },
});
const client = new Client({ connection });
await worker.runUntil(
  client.workflow.execute("one", { taskQueue: TASK_QUEUE, workflowId: `cold-${process.pid}`, args: [] }),
);
console.log(
  JSON.stringify({ coldMs: performance.timeOrigin + performance.now() - Number(process.env.STARTED_AT) }),
);
process.exit(0);
