/**
 * A worker of the official SDK that answers the Nexus operations of the scenarios, on the server at ADDRESS. Says `ready` on
 * standard output and runs until its standard input closes.
 */
import { fileURLToPath } from "node:url";
import { Connection } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { conformanceService, nexusEndpoint, nexusTaskQueue } from "./lib/nexus-service.mjs";
import { quietRuntime } from "./lib/quiet-runtime.mjs";

quietRuntime();
const address = process.env.ADDRESS;
const connection = await Connection.connect({ address });
await createEndpoint();
await connection.close();
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue: nexusTaskQueue,
  workflowsPath: fileURLToPath(new URL("lib/nexus-workflows.mjs", import.meta.url)),
  nexusServices: [conformanceService],
  shutdownGraceTime: 100,
  shutdownForceTime: 1_000,
});
process.stdin.resume();
process.stdin.once("end", () => worker.shutdown());
const running = worker.run();
console.log("ready");
await running;
process.exit(0);

/** Creates the endpoint unless it exists. A real server that has worked for an hour may be too late with it at first. */
async function createEndpoint(attempt = 1) {
  const [deadlineExceeded, alreadyExists] = [4, 6];
  const target = { worker: { namespace: "default", taskQueue: nexusTaskQueue } };
  try {
    await connection.operatorService.createNexusEndpoint({ spec: { name: nexusEndpoint, target } });
  } catch (error) {
    if (error.code === alreadyExists) return;
    if (error.code !== deadlineExceeded || attempt === 5) throw error;
    console.error(`creating the Nexus endpoint, attempt ${attempt}: ${error.message}`);
    await createEndpoint(attempt + 1);
  }
}
