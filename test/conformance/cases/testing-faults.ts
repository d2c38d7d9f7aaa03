/** Faults on purpose: a worker and a client beside an embedded server that loses, repeats, refuses and goes away. */
import assert from "node:assert/strict";
import { Client, Connection, GrpcStatus, isGrpcServiceError, ServiceError } from "perdure/client";
import { EmbeddedServer } from "perdure/server";
import { Worker } from "perdure/worker";
import { addWord, disturbed, enough, words } from "../case-workflows/disturbed.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

/** Attempts by step, for what runs twice. */
const attempts: Map<string, number> = new Map();

export const countingActivities = {
  async count(step: number): Promise<number> {
    return step;
  },
};

interface Disturbed {
  readonly server: EmbeddedServer;
  readonly client: Client;
  readonly options: { readonly taskQueue: string; readonly workflowId: string; readonly args: [number] };
}

/** A server with a port, a worker and a client of its own, in real time. Whatever happens, nothing may be a defect of the server. */
async function withFaults(
  { bundles, id }: CaseWorld,
  use: (world: Disturbed) => Promise<void>,
): Promise<void> {
  const defects: unknown[] = [];
  const server = new EmbeddedServer({ onDefect: (what, error) => void defects.push(what, error) });
  const { address } = await server.listen();
  const connection = await Connection.connect({ address });
  try {
    const worker = await Worker.create({
      connection,
      taskQueue: "disturbed",
      workflowBundle: bundles.cases,
      activities: {
        async count(step: number): Promise<number> {
          attempts.set(`${step}`, (attempts.get(`${step}`) ?? 0) + 1);
          return step;
        },
      },
      workflowThreadPoolSize: 1,
      shutdownForceTime: "10 seconds",
    });
    const client = new Client({ connection });
    const options = { taskQueue: "disturbed", workflowId: id(), args: [3] as [number] };
    await worker.runUntil(async () => await use({ server, client, options }));
  } finally {
    await connection.close();
    await server.close();
  }
  if (defects.length > 0) throw new AggregateError(defects, `the server has defects: ${defects.join(", ")}`);
}

/** Starts the workflow, gives it words while `disturb` is at work, and checks that it has all of them once. */
async function runs({ client, options }: Disturbed, disturb: () => Promise<void> | void): Promise<void> {
  const handle = await client.workflow.start(disturbed, options);
  assert.equal(await handle.executeUpdate(addWord, { args: ["first"] }), 1);
  await disturb();
  assert.equal(await handle.executeUpdate(addWord, { args: ["second"] }), 2);
  assert.deepEqual(await handle.query(words), ["first", "second"]);
  await handle.signal(enough);
  assert.deepEqual(await handle.result(), { counted: [1, 2, 3], words: ["first", "second"] });
  const { events } = await handle.fetchHistory();
  assert.deepEqual(
    events.map(({ eventId }) => Number(eventId)),
    events.map((_, index) => index + 1),
  );
}

const disturbances: readonly (readonly [
  name: string,
  disturb: (world: Disturbed) => Promise<void> | void,
])[] = [
  ["updates that are lost are sent once more", ({ server, options }) => server.faults.loseUpdates(options)],
  ["a cache that the server forgot is built anew", ({ server }) => server.faults.expireStickiness()],
  ["connections that break are made again", ({ server }) => server.faults.dropConnections()],
  ["a GOAWAY loses no call", ({ server }) => server.faults.goAway()],
  [
    "an activity task that comes twice is completed once",
    ({ server }) => void server.faults.duplicateTask({ kind: "activity" }),
  ],
  [
    "a workflow task that comes twice is completed once",
    ({ server }) => void server.faults.duplicateTask({ kind: "workflow", times: 2 }),
  ],
  [
    "an activity task that is lost comes again by its timeout",
    ({ server }) => void server.faults.dropTask({ kind: "activity" }),
  ],
  [
    "calls that are refused for a while are made again",
    ({ server }) => void server.faults.failCalls({ status: "UNAVAILABLE", times: 8 }),
  ],
  [
    "a server that is exhausted for a while is asked again",
    ({ server }) =>
      void server.faults.failCalls({
        status: "RESOURCE_EXHAUSTED",
        methods: ["RespondWorkflowTaskCompleted", "UpdateWorkflowExecution"],
        times: 2,
      }),
  ],
  [
    "a server that goes away comes back with all that it had",
    async ({ server }) => {
      const outage = await server.faults.outage();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await outage.back();
    },
  ],
];

/** A worker is told of an update that is under way while the server forgets it: its caller gets the result all the same. */
async function updateUnderWay(world: Disturbed): Promise<void> {
  const { server, client, options } = world;
  const handle = await client.workflow.start(disturbed, options);
  const updates = ["a", "b", "c", "d"].map((word) =>
    handle.executeUpdate(addWord, { args: [word], updateId: word }),
  );
  server.faults.loseUpdates(options);
  assert.deepEqual((await Promise.all(updates)).sort(), [1, 2, 3, 4]);
  await handle.signal(enough);
  const { words: taken } = await handle.result();
  assert.deepEqual(taken.sort(), ["a", "b", "c", "d"]);
}

async function refusedOnce({ server, client, options }: Disturbed): Promise<void> {
  using _ = server.faults.failCalls({
    methods: ["StartWorkflowExecution"],
    status: "PERMISSION_DENIED",
    message: "not you",
  });
  const error = await rejection(client.workflow.start(disturbed, options));
  assert.ok(error instanceof ServiceError && isGrpcServiceError(error.cause), String(error));
  assert.equal(error.cause.status, GrpcStatus.PERMISSION_DENIED);
  assert.equal(error.cause.details, "not you");
}

async function lateLists({ server, client, options }: Disturbed): Promise<void> {
  const delay = server.faults.delayVisibility(60_000);
  const handle = await client.workflow.start(disturbed, options);
  assert.equal((await client.workflow.count()).count, 0);
  delay[Symbol.dispose]();
  const other = await client.workflow.start(disturbed, { ...options, workflowId: `${options.workflowId}-2` });
  assert.equal((await client.workflow.count()).count, 0, "changes arrive in their order");
  await Promise.all([handle.terminate(), other.terminate()]);
}

async function inProcess({ server, options }: Disturbed): Promise<void> {
  const connection = await Connection.connect({ transport: server });
  const client = new Client({ connection });
  const handle = await client.workflow.start(disturbed, options);
  const outage = await server.faults.outage();
  const deadline = (): number => Date.now() + 300;
  const error = await rejection(client.withDeadline(deadline(), () => handle.describe()));
  assert.match(String((error.cause as Error | undefined) ?? error), /the server is away, on purpose/);
  await outage.back();
  assert.equal((await handle.describe()).status.name, "RUNNING");
  await eventually("the worker is back", async () => ((await handle.query(words)) ? true : undefined));
  await handle.terminate();
  await connection.close();
}

export const testingFaultCases: readonly Case[] = [
  ...disturbances.map(
    ([name, disturb]): Case => ({
      name: `testing: faults: ${name}`,
      run: (world) => withFaults(world, (own) => runs(own, () => disturb(own))),
    }),
  ),
  {
    name: "testing: faults: updates under way survive a loss",
    run: (world) => withFaults(world, updateUnderWay),
  },
  {
    name: "testing: faults: a refusal is the error of the call, until it ends",
    run: (world) => withFaults(world, refusedOnce),
  },
  {
    name: "testing: faults: lists lag behind while they are delayed",
    run: (world) => withFaults(world, lateLists),
  },
  { name: "testing: faults: an outage in process", run: (world) => withFaults(world, inProcess) },
];
