/**
 * The main job in one program: a worker and a client, one workflow with two activities, a timer, a signal and a query.
 * It runs unchanged on Node, Bun and Deno: on an embedded server of its own, or on the one that `TEMPORAL_ADDRESS` names.
 */
import { fileURLToPath } from "node:url";
import { Client, Connection } from "perdure/client";
import { EmbeddedServer } from "perdure/server";
import { DefaultLogger, Runtime, Worker } from "perdure/worker";
import * as activities from "./activities.ts";
import { historyTable } from "./history-table.ts";
import { approve, order, status } from "./workflows.ts";

/** Runs the job, on the server at `address` or on an embedded one, and prints what happens. */
export async function main(address: string | undefined): Promise<void> {
  // The steps are to be read, not the worker's own log.
  Runtime.install({ logger: new DefaultLogger("ERROR") });
  const step = (text: string): void => console.log(`- ${text}`);
  const taskQueue = `orders-${Date.now()}`;

  const server = address === undefined ? new EmbeddedServer() : undefined;
  const connection = await Connection.connect(server ? { transport: server } : { address });
  const client = new Client({ connection });
  step(`connected to ${server ? "an embedded server" : address} on ${runtimeName()}`);

  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: fileURLToPath(new URL("./workflows.ts", import.meta.url)),
    activities,
  });
  step(`worker ready on task queue ${taskQueue}`);

  await worker.runUntil(async () => {
    const handle = await client.workflow.start(order, {
      taskQueue,
      workflowId: `order-${Date.now()}`,
      args: ["ada", "teapot", 3],
    });
    step(`started workflow ${handle.workflowId}`);
    step(`query "status": ${await handle.query(status)}`);
    await handle.signal(approve, "grace");
    step('sent signal "approve"');
    step(`result: ${await handle.result()}`);
    step(`query "status" after the end: ${await handle.query(status)}`);
    const history = await handle.fetchHistory();
    console.log(`\nHistory of ${handle.workflowId}\n${historyTable(history)}`);
  });
  await connection.close();
  await server?.close();
  console.log("\ncompleted");
}

function runtimeName(): string {
  if ("Deno" in globalThis) return "Deno";
  return "Bun" in globalThis ? "Bun" : "Node";
}
