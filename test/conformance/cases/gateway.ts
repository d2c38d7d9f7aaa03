/** Clients and workers with a gateway between them and the server. */
import assert from "node:assert/strict";
import { Client, Connection, type ConnectionOptions } from "perdure/client";
import { createGateway, type Gateway, type GatewayCaller } from "perdure/gateway";
import { greeting, waiting } from "../case-workflows/plain.ts";
import { type Case, eventually, rejection } from "./case.ts";

const TOKEN = "token-of-the-worker-0123456789";

/** Runs `use` with what connects through a gateway. */
async function throughGateway(
  upstream: string,
  caller: Omit<GatewayCaller, "name">,
  use: (connect: (options?: ConnectionOptions) => Promise<Connection>, gateway: Gateway) => Promise<void>,
): Promise<void> {
  const gateway = createGateway({
    upstream,
    auth: { kind: "tokens", tokens: [{ token: TOKEN, name: "worker", ...caller }] },
  });
  const { address } = await gateway.listen();
  const connections: Connection[] = [];
  try {
    await use(async (options = {}) => {
      const isGrpc = (options.protocol ?? "grpc") === "grpc";
      const connection = await Connection.connect({
        address: isGrpc ? address : `http://${address}`,
        apiKey: TOKEN,
        tls: false,
        ...options,
      });
      connections.push(connection);
      return connection;
    }, gateway);
  } finally {
    for (const connection of connections) await connection.close();
    await gateway.close({ graceMs: 1_000 });
  }
}

export const gatewayCases: readonly Case[] = [
  {
    name: "gateway: a worker and clients of every protocol, of their namespace and task queue alone",
    async run({ address, id, taskQueue, withWorker }) {
      const caller = { namespaces: ["default"], taskQueues: [taskQueue] };
      await throughGateway(address, caller, async (connect) => {
        const connection = await connect();
        await withWorker(
          async () => {
            for (const protocol of ["grpc", "grpc-web", "connect", "http-json"] as const) {
              const client = new Client({ connection: await connect({ protocol }) });
              const options = { taskQueue, workflowId: id(), args: ["you"] as [string] };
              assert.equal(await client.workflow.execute(greeting, options), "Hello, you!");
              const error = await rejection(
                client.workflow.start(waiting, { taskQueue: "theirs", workflowId: id() }),
              );
              assert.match(String(error.cause ?? error), /PERMISSION_DENIED.*task queue "theirs"/);
            }
          },
          { connection },
        );
      });
    },
  },
  {
    name: "gateway: a caller who leaves ends the poll at the server, so that the next task is not lost",
    async run({ address, id, taskQueue }) {
      await throughGateway(address, {}, async (connect, gateway) => {
        const connection = await connect();
        const { workflowService } = connection;
        const request = { namespace: "default", taskQueue: { name: taskQueue } };
        const polls = (count: number): Promise<unknown> =>
          eventually(`${count} polls under way`, async () =>
            gateway.metrics().includes(`perdure_gateway_in_flight{long="true"} ${count}\n`)
              ? true
              : undefined,
          );
        for (let round = 0; round < 5; round++) {
          const leaving = new AbortController();
          const poll = workflowService.pollWorkflowTaskQueue(request, { abortSignal: leaving.signal });
          const left = rejection(poll);
          await polls(1);
          leaving.abort();
          await left;
        }
        await polls(0);
        // On the connection that the server was told on that they left: it has read that by then.
        const client = new Client({ connection });
        const handle = await client.workflow.start(waiting, { taskQueue, workflowId: id() });
        const task = await workflowService.pollWorkflowTaskQueue(request, { deadline: Date.now() + 5_000 });
        assert.equal(task.workflowExecution?.workflowId, handle.workflowId);
        await handle.terminate();
      });
    },
  },
  {
    name: "gateway: 1,000 long polls at a time, each gets its task",
    async run({ address, id, taskQueue }) {
      await throughGateway(address, {}, async (connect) => {
        const { workflowService } = await connect();
        const request = { namespace: "default", taskQueue: { name: taskQueue } };
        const ids = new Set(Array.from({ length: 1_000 }, () => id()));
        const got = new Set<string>();
        const polls = [...ids].map(async () => {
          // The server answers a poll that had no task for a minute: then it is made again.
          for (;;) {
            const { workflowExecution } = await workflowService.pollWorkflowTaskQueue(request);
            // One whose task timed out comes a second time.
            if (workflowExecution === undefined || got.has(workflowExecution.workflowId)) continue;
            got.add(workflowExecution.workflowId);
            return;
          }
        });
        // Nobody answers: tasks are not to time out, which on a slow server some would before the last is started.
        const start = { ...request, workflowType: { name: "none" }, workflowTaskTimeout: { seconds: 120n } };
        const all = [...ids];
        for (let at = 0; at < all.length; at += 50) {
          const some = all.slice(at, at + 50);
          await Promise.all(
            some.map((workflowId) =>
              workflowService.startWorkflowExecution({ ...start, workflowId, requestId: workflowId }),
            ),
          );
        }
        await Promise.all(polls);
        assert.deepEqual([...got].sort(), all.sort());
        await Promise.all(
          all.map((workflowId) =>
            workflowService.terminateWorkflowExecution({
              namespace: "default",
              workflowExecution: { workflowId },
            }),
          ),
        );
      });
    },
  },
];
