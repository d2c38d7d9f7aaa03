/** A worker in a process of its own, so that it can be killed. Told what to do by its environment; says "ready". */
import { readFile } from "node:fs/promises";
import { NativeConnection, Worker } from "@temporalio/worker";
import { loadActivities } from "./bundle.mjs";
import { quietRuntime } from "./quiet-runtime.mjs";

const { ADDRESS, TASK_QUEUE, BUNDLE } = process.env;
quietRuntime();
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: ADDRESS }),
  taskQueue: TASK_QUEUE,
  workflowBundle: { code: await readFile(BUNDLE, "utf8") },
  activities: await loadActivities(),
  identity: "recorder-killed-worker",
  stickyQueueScheduleToStartTimeout: "1s",
});
process.send("ready");
await worker.run();
