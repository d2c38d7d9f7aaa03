// Perdure's client over one protocol and, where that is one over fetch, the same bytes by a bare fetch.
//   ADDRESS, TASK_QUEUE, PROTOCOL (connect-json: Connect in JSON)

import process from "node:process";
import { Client, Connection } from "perdure/client";
import { bareOperations } from "./bare-fetch.mjs";
import { nextId, serve } from "./serve.mjs";

const { ADDRESS, TASK_QUEUE, PROTOCOL } = process.env;
const options =
  PROTOCOL === "connect-json"
    ? { address: ADDRESS, protocol: "connect", useBinaryFormat: false }
    : { address: ADDRESS, protocol: PROTOCOL };

async function open(more = {}) {
  const connection = await Connection.connect({ ...options, ...more });
  const client = new Client({ connection });
  const start = () =>
    client.workflow.start("quick", { taskQueue: TASK_QUEUE, workflowId: nextId(), args: ["x"] });
  const workflow = async () => await (await start()).result();
  const described = await start();
  await described.result();
  const request = { namespace: "default", execution: { workflowId: described.workflowId } };
  const unary = () => connection.workflowService.describeWorkflowExecution(request);
  return { operations: { unary, workflow }, start, close: () => connection.close() };
}

const { operations, close } = await open();
const bare = PROTOCOL === "grpc" ? {} : await bareOperations(open);
await serve({ ...operations, ...bare });
await close();
