/**
 * The main job with a bundle made beforehand; with the argument `path` the workflows are bundled here, those of a URL if there is one
 * behind it. Prints the result last.
 */
import { Client, Connection } from "perdure/client";
import { EmbeddedServer } from "perdure/server";
import { workflowInterceptorModules } from "perdure/testing";
import { Worker, type WorkerOptions } from "perdure/worker";

async function workflows(): Promise<Partial<WorkerOptions>> {
  if (Deno.args[0] === "path") {
    const workflowsPath = new URL(Deno.args[1] ?? "./workflows.ts", import.meta.url).href;
    // Where the package lies on a server, so do these.
    return { workflowsPath, interceptors: { workflowModules: workflowInterceptorModules } };
  }
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
