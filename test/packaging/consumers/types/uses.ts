/** Uses every subpath as users do; only type-checked, with the declarations of the package and its dependencies. */
import { activityInfo, heartbeat } from "perdure/activity";
import { Client, Connection, WorkflowFailedError, type WorkflowHandle } from "perdure/client";
import { ApplicationFailure, type Duration } from "perdure/common";
import { connectTransport, fromConnectTransport } from "perdure/connect";
import { defaultPayloadConverter } from "perdure/converter";
import { httpJson, startWorkflow } from "perdure/edge";
import { createGateway, type GatewayOptions } from "perdure/gateway";
import { common, workflowservice } from "perdure/proto";
import { EmbeddedServer } from "perdure/server";
import { MockActivityEnvironment, TestWorkflowEnvironment } from "perdure/testing";
import { bundleWorkflowCode, Worker, type WorkerOptions } from "perdure/worker";
import { condition, defineSignal, proxyActivities, setHandler, sleep } from "perdure/workflow";

const activities = {
  async greet(name: string): Promise<string> {
    heartbeat(activityInfo().attempt);
    if (name === "") throw ApplicationFailure.nonRetryable("who?");
    return `Hello, ${name}!`;
  },
};

const wait: Duration = "10 seconds";
const { greet } = proxyActivities<typeof activities>({ startToCloseTimeout: wait });
const go = defineSignal<[times: number]>("go");

export async function hello(name: string): Promise<string> {
  let times = 0;
  setHandler(go, (given) => {
    times = given;
  });
  await condition(() => times > 0);
  await sleep(wait);
  return await greet(name);
}

export async function main(options: GatewayOptions): Promise<string> {
  const server = new EmbeddedServer();
  const connection = await Connection.connect({ transport: server });
  const gateway = createGateway(options);
  const through = await Connection.connect({ transport: fromConnectTransport(connectTransport(connection)) });
  const { code } = await bundleWorkflowCode({ workflowsPath: new URL("./uses.js", import.meta.url).href });
  const workerOptions: WorkerOptions = {
    connection,
    taskQueue: "hello",
    workflowBundle: { code },
    activities,
  };
  const worker = await Worker.create(workerOptions);
  const client = new Client({ connection: through });
  const handle: WorkflowHandle<typeof hello> = await client.workflow.start(hello, {
    taskQueue: "hello",
    workflowId: "hello-1",
    args: ["world"],
  });
  await handle.signal(go, 1);
  const result: string = await worker.runUntil(handle.result());
  await gateway.close();
  return result;
}

export async function tests(): Promise<void> {
  await using env = await TestWorkflowEnvironment.createTimeSkipping();
  const said: string = await new MockActivityEnvironment().run(activities.greet, "you");
  console.log(env.namespace, said, defaultPayloadConverter.toPayload(said));
}

export function isFailure(error: unknown): boolean {
  return error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure;
}

export const descriptors: readonly string[] = [
  common.WorkflowTypeSchema.typeName,
  workflowservice.WorkflowService.typeName,
];

export const onTheEdge = { httpJson, startWorkflow };
