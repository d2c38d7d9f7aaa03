/** A program to be made into one file: its workflows come along as text. Prints the workflow's result last. */
import { Client, Connection } from "perdure/client";
import { EmbeddedServer } from "perdure/server";
import { Worker } from "perdure/worker";
import { code } from "./workflow-bundle.mjs";

const server = new EmbeddedServer();
const { address } = await server.listen();
const connection = await Connection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: "hello",
  workflowBundle: { code },
  activities: { greet: async (name) => `Hello, ${name}!` },
});
const client = new Client({ connection });
const result = await worker.runUntil(
  client.workflow.execute("hello", { taskQueue: "hello", workflowId: "hello-1", args: ["world"] }),
);
await connection.close();
await server.close();
console.log(result);
