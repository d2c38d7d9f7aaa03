/** What else asks for nothing but the network: test environments, activities without a server, and a gateway. */
import { heartbeat } from "perdure/activity";
import { Connection } from "perdure/client";
import { connect, startWorkflow } from "perdure/edge";
import { createGateway } from "perdure/gateway";
import { MockActivityEnvironment, TestWorkflowEnvironment } from "perdure/testing";
import { Worker } from "perdure/worker";

const token = "a-long-random-text-for-tests";
const mock = new MockActivityEnvironment();
const next = await mock.run(async (n: number) => {
  heartbeat(n);
  return await Promise.resolve(n + 1);
}, 1);

const env = await TestWorkflowEnvironment.createTimeSkipping();
const worker = await Worker.create({
  connection: env.nativeConnection,
  taskQueue: "activities",
  activities: { next: () => Promise.resolve(next) },
});
await worker.runUntil(() => Promise.resolve());

const upstream = (await env.server!.listen()).address;
const gateway = createGateway({ upstream, auth: { kind: "tokens", tokens: [{ token, name: "tests" }] } });
const { address } = await gateway.listen();
const connection = await Connection.connect({ address, apiKey: token, tls: false });
const temporal = connect({ address: `http://${address}`, apiKey: token });
const { workflowId } = await startWorkflow(temporal, "order", { workflowId: "order-1", taskQueue: "orders" });
await connection.close();
await gateway.close();
await env.teardown();
console.log(`${next} and ${workflowId}`);
