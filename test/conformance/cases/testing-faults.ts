/** Faults on purpose: a worker and a client beside an embedded server that loses, repeats, refuses and goes away. */
import assert from "node:assert/strict";
import { Client, Connection, GrpcStatus, isGrpcServiceError, ServiceError } from "perdure/client";
import { EmbeddedServer, type Fault } from "perdure/server";
import { Worker } from "perdure/worker";
import { addWord, disturbed, enough, words } from "../case-workflows/disturbed.ts";
import { type Case, type CaseWorld, eventually, rejection } from "./case.ts";

export const countingActivities = {
  async count(step: number): Promise<number> {
    return step;
  },
};

/** How client and worker reach the server. */
type Way = "loopback" | "in process";

interface Disturbed {
  readonly server: EmbeddedServer;
  readonly client: Client;
  readonly options: {
    readonly taskQueue: string;
    readonly workflowId: string;
    readonly workflowTaskTimeout: number;
    readonly args: [number];
  };
  /** How often the activity ran, by step. */
  readonly attempts: ReadonlyMap<number, number>;
}

/** A server, a worker and a client of its own, in real time. Whatever happens, nothing may be a defect of the server. */
async function withFaults(
  { bundles, id }: CaseWorld,
  use: (world: Disturbed) => Promise<void>,
  way: Way = "loopback",
): Promise<void> {
  const defects: unknown[] = [];
  const attempts = new Map<number, number>();
  const server = new EmbeddedServer({ onDefect: (what, error) => void defects.push(what, error) });
  const connection = await Connection.connect(
    way === "loopback" ? { address: (await server.listen()).address } : { transport: server },
  );
  try {
    const worker = await Worker.create({
      connection,
      taskQueue: "disturbed",
      workflowBundle: bundles.cases,
      activities: {
        async count(step: number): Promise<number> {
          attempts.set(step, (attempts.get(step) ?? 0) + 1);
          return step;
        },
      },
      workflowThreadPoolSize: 1,
      shutdownForceTime: "10 seconds",
    });
    const client = new Client({ connection });
    const options = {
      taskQueue: "disturbed",
      workflowId: id(),
      // A task that was lost comes back after this.
      workflowTaskTimeout: 2_000,
      args: [3] as [number],
    };
    await worker.runUntil(async () => await use({ server, client, options, attempts }));
  } finally {
    await connection.close();
    await server.close();
  }
  if (defects.length > 0) throw new AggregateError(defects, `the server has defects: ${defects.join(", ")}`);
}

/** What is done to a server while a workflow runs on it. */
interface Disturbance {
  readonly name: string;
  readonly ways: readonly Way[];
  /** Set before the workflow starts; it must strike. */
  readonly fault?: (server: EmbeddedServer) => Fault;
  /** Done while the workflow runs. */
  readonly disturb?: (world: Disturbed) => Promise<void> | void;
  /** How often the activity ran for all steps together. */
  readonly activityRuns?: number;
}

/** Of these a history must have so many: nothing is lost, and nothing happens twice. */
const ONCE: Readonly<Record<string, number>> = {
  activityTaskScheduled: 3,
  activityTaskCompleted: 3,
  timerFired: 5,
  workflowExecutionUpdateAccepted: 2,
  workflowExecutionUpdateCompleted: 2,
  workflowExecutionSignaled: 1,
  workflowExecutionCompleted: 1,
};

/** Starts the workflow, gives it words while it is disturbed, and checks that it has all of them once. */
async function runs(world: Disturbed, { fault, disturb, activityRuns }: Disturbance): Promise<void> {
  const { server, client, options, attempts } = world;
  const set = fault?.(server);
  const handle = await client.workflow.start(disturbed, options);
  assert.equal(await handle.executeUpdate(addWord, { args: ["first"] }), 1);
  await disturb?.(world);
  assert.equal(await handle.executeUpdate(addWord, { args: ["second"] }), 2);
  assert.deepEqual(await handle.query(words), ["first", "second"]);
  await handle.signal(enough);
  assert.deepEqual(await handle.result(), { counted: [1, 2, 3], words: ["first", "second"] });
  if (set !== undefined) assert.ok(set.hits > 0, "the fault did not strike");
  if (activityRuns !== undefined) {
    await eventually("the activity has run as often as it should", async () => {
      const ran = [...attempts.values()].reduce((sum, times) => sum + times, 0);
      return ran === activityRuns ? true : undefined;
    });
  }
  const { events } = await handle.fetchHistory();
  assert.deepEqual(
    events.map(({ eventId }) => Number(eventId)),
    events.map((_, index) => index + 1),
  );
  const counts = Object.fromEntries(
    Object.keys(ONCE).map((name) => [
      name,
      events.filter(({ attributes }) => attributes.case === `${name}EventAttributes`).length,
    ]),
  );
  assert.deepEqual(counts, ONCE);
}

const EVERYWHERE: readonly Way[] = ["loopback", "in process"];

const disturbances: readonly Disturbance[] = [
  {
    name: "updates that are lost are sent once more",
    ways: EVERYWHERE,
    disturb: ({ server, options: { workflowId } }) => server.faults.loseUpdates({ workflowId }),
  },
  {
    name: "a cache that the server forgot is built anew",
    ways: ["loopback"],
    disturb: ({ server }) => server.faults.expireStickiness(),
  },
  {
    name: "connections that break are made again",
    ways: ["loopback"],
    disturb: ({ server }) => server.faults.dropConnections(),
  },
  { name: "a GOAWAY loses no call", ways: ["loopback"], disturb: ({ server }) => server.faults.goAway() },
  {
    name: "an activity task that comes twice is completed once",
    ways: EVERYWHERE,
    fault: ({ faults }) => faults.duplicateTask({ kind: "activity", taskQueue: "disturbed" }),
    activityRuns: 4,
  },
  {
    name: "workflow tasks that come twice are completed once",
    ways: EVERYWHERE,
    fault: ({ faults }) => faults.duplicateTask({ kind: "workflow", taskQueue: "disturbed", times: 4 }),
    activityRuns: 3,
  },
  {
    name: "an activity task that is lost comes again by its timeout",
    ways: EVERYWHERE,
    fault: ({ faults }) => faults.dropTask({ kind: "activity" }),
    activityRuns: 3,
  },
  {
    name: "a workflow task that is lost comes again by its timeout",
    ways: EVERYWHERE,
    fault: ({ faults }) => faults.dropTask({ kind: "workflow" }),
    activityRuns: 3,
  },
  {
    name: "calls that are refused for a while are made again",
    ways: EVERYWHERE,
    fault: ({ faults }) => faults.failCalls({ status: "UNAVAILABLE", times: 8 }),
  },
  {
    name: "a server that is exhausted for a while is asked again",
    ways: EVERYWHERE,
    fault: ({ faults }) =>
      faults.failCalls({
        status: "RESOURCE_EXHAUSTED",
        methods: ["RespondWorkflowTaskCompleted", "UpdateWorkflowExecution"],
        times: 2,
      }),
  },
  {
    name: "a server that goes away for two seconds comes back with all that it had",
    ways: EVERYWHERE,
    disturb: async ({ server }) => {
      const outage = await server.faults.outage();
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await outage.back();
    },
  },
];

/** A worker is told of an update that is under way while the server forgets it: its caller gets the result all the same. */
async function updateUnderWay(world: Disturbed): Promise<void> {
  const { server, client, options } = world;
  const handle = await client.workflow.start(disturbed, options);
  const updates = ["a", "b", "c", "d"].map((word) =>
    handle.executeUpdate(addWord, { args: [word], updateId: word }),
  );
  server.faults.loseUpdates({ workflowId: options.workflowId });
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
  ...disturbances.flatMap((disturbance) =>
    disturbance.ways.map(
      (way): Case => ({
        name: `testing: faults: ${disturbance.name}${way === "loopback" ? "" : ", in process"}`,
        run: (world) => withFaults(world, (own) => runs(own, disturbance), way),
      }),
    ),
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
