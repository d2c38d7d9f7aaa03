/** A worker in a process of its own, for scenarios that kill it. Says `ready` on standard output. */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Connection } from "perdure/client";
import { Worker } from "perdure/worker";
import * as activities from "./activities.ts";

async function main(): Promise<void> {
  const connection = await Connection.connect({ address: process.env["ADDRESS"] ?? "localhost:7233" });
  const worker = await Worker.create({
    connection,
    taskQueue: process.env["TASK_QUEUE"] ?? "",
    workflowsPath: fileURLToPath(new URL("workflows/mod.ts", import.meta.url)),
    activities,
  });
  console.log("ready");
  await worker.run();
}

await main();
