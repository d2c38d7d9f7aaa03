/** A worker with default options; the bench talks to it by IPC. */

import { bundleWorkflowCode, NativeConnection, Worker } from "SDK/worker";
import { fileURLToPath } from "node:url";

const { ADDRESS, TASK_QUEUE, WORKFLOWS, CACHED } = process.env;
const path = fileURLToPath(new URL(WORKFLOWS ?? "workflows.mjs", import.meta.url));
const connection = await NativeConnection.connect({ address: ADDRESS });
const workflowBundle = await bundleWorkflowCode({ workflowsPath: path });
const worker = await Worker.create({
  connection,
  taskQueue: TASK_QUEUE,
  workflowBundle,
  activities: { echo: async (text) => text },
  ...(CACHED ? { maxCachedWorkflows: Number(CACHED) } : {}),
});
process.on("message", (message) => {
  if (message === "shutdown") worker.shutdown();
  if (message === "memory") {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    process.send({ rss, heapUsed });
  }
});
const running = worker.run();
process.send("ready");
await running;
await connection.close();
// The channel to the bench is the only thing left that may hold the process; the bench notes whether it then ends by itself.
process.disconnect();
