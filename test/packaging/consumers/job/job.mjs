/** The main job of a user: server, worker and client in one process, a workflow with an activity. Prints its result last. */
import { fileURLToPath } from "node:url";
import { Client, Connection } from "perdure/client";
import { EmbeddedServer } from "perdure/server";
import { Worker } from "perdure/worker";

const server = new EmbeddedServer();
const { address } = await server.listen();
const connection = await Connection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: "hello",
  workflowsPath: fileURLToPath(new URL("./workflows.mjs", import.meta.url)),
  activities: { greet: async (name) => `Hello, ${name}!` },
});
const client = new Client({ connection });
const result = await worker.runUntil(
  client.workflow.execute("hello", { taskQueue: "hello", workflowId: "hello-1", args: ["world"] }),
);
await connection.close();
await server.close();
console.log(result);
