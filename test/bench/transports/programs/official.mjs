// The official client over grpc-js.
//   ADDRESS, TASK_QUEUE

import process from "node:process";
import { Client, Connection } from "@temporalio/client";
import { nextId, serve } from "./serve.mjs";

const { ADDRESS, TASK_QUEUE } = process.env;
const connection = await Connection.connect({ address: ADDRESS });
const client = new Client({ connection });
const options = () => ({ taskQueue: TASK_QUEUE, workflowId: nextId(), args: ["x"] });
const workflow = async () => {
  const handle = await client.workflow.start("quick", options());
  return await handle.result();
};
const described = await client.workflow.start("quick", options());
await described.result();
const request = { namespace: "default", execution: { workflowId: described.workflowId } };
await serve({ unary: () => connection.workflowService.describeWorkflowExecution(request), workflow });
await connection.close();
