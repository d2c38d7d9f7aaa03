/** A worker in a process of its own; see `worker-processes.ts`. Says `ready` on standard output. */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Connection } from "perdure/client";
import { Worker } from "perdure/worker";
import * as scenarioActivities from "./activities.ts";
import { caseActivities } from "./case-activities.ts";

async function block(ms: number): Promise<string> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    // Holds the thread, as an activity with a long computation does.
  }
  return `blocked ${ms} ms`;
}

async function main(): Promise<void> {
  const { ADDRESS = "localhost:7233", TASK_QUEUE = "", WORKFLOWS = "workflows", BLOCKING } = process.env;
  const activities =
    WORKFLOWS === "workflows"
      ? scenarioActivities
      : { ...caseActivities, ...(BLOCKING ? { slow: block } : {}) };
  const connection = await Connection.connect({ address: ADDRESS });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL(`${WORKFLOWS}/mod.ts`, import.meta.url)),
    activities: { ...activities },
  });
  console.log("ready");
  await worker.run();
}

await main();
