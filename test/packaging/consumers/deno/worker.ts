/** The main job with a bundle made beforehand; with the argument `path` the workflows are bundled here. Prints the result last. */
import { Client, Connection } from "perdure/client";
import { EmbeddedServer } from "perdure/server";
import { Worker } from "perdure/worker";

async function workflows(): Promise<{ workflowsPath: string } | { workflowBundle: { code: string } }> {
  if (Deno.args[0] === "path") return { workflowsPath: new URL("./workflows.ts", import.meta.url).href };
  const { code } = await import("./workflow-bundle.ts");
  return { workflowBundle: { code } };
}

const server = new EmbeddedServer();
const { address } = await server.listen();
const connection = await Connection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: "hello",
  ...(await workflows()),
  activities: { greet: (name: string) => Promise.resolve(`Hello, ${name}!`) },
});
const client = new Client({ connection });
const result = await worker.runUntil(
  client.workflow.execute("hello", { taskQueue: "hello", workflowId: "hello-1", args: ["world"] }),
);
await connection.close();
await server.close();
console.log(result);
