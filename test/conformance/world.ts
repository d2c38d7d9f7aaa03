/** Perdure's side of the scenarios: connects once, bundles once, and gives each scenario a context with its own task queue. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  Client,
  Connection,
  WithStartWorkflowOperation,
  type Workflow,
  type WorkflowClient,
  type WorkflowHandle,
} from "perdure/client";
import * as common from "perdure/common";
import { EmbeddedServer } from "perdure/server";
import { bundleWorkflowCode, Worker, type WorkerOptions } from "perdure/worker";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import * as activities from "./activities.ts";
import { caseActivities } from "./case-activities.ts";
import type { CaseWorld } from "./cases/case.ts";
import type { ClientProtocol } from "./columns.ts";
import { type HistoryJson, historyDifferences } from "./compare-histories.ts";
import { NexusHandlers } from "./nexus-handlers.ts";
import { installObservedRuntime } from "./observed.ts";
import { recordedHistory } from "./recorded.ts";
import type {
  Scenario,
  ScenarioClient,
  ScenarioContext,
  ScenarioHandle,
  ScenarioWorker,
} from "./scenario.ts";
import { startWorkerProcess } from "./worker-processes.ts";

/**
 * Subjects whose values come from the run's own seed, ids or clock, or from the order of a map that the server does not keep (search
 * attributes), so that only the structure can be equal. That the values are right is tested by replaying the recorded histories.
 */
const OWN_VALUES: ReadonlySet<string> = new Set([
  "child-ids-and-randomness",
  "continue-as-new-3",
  "memo-and-search-attributes",
  "random",
  "reset",
  "time",
  "upsert-memo",
  "workflow-info",
  "workflow-info-timeouts",
]);

/** In place of an address: the scenarios run on an embedded server of their own process. */
const EMBEDDED = "embedded";

/** Those that the real server is started with: `SEARCH_ATTRIBUTES` of the harness. */
const EMBEDDED_ATTRIBUTES = {
  CustomKeyword: "KEYWORD",
  OrderId: "KEYWORD",
  Amount: "INT",
  Total: "DOUBLE",
  Urgent: "BOOL",
  DueAt: "DATETIME",
  Tags: "KEYWORD_LIST",
  Title: "TEXT",
} as const;

export interface World {
  readonly address: string;
  readonly connection: Connection;
  readonly client: Client;
  readonly bundles: Readonly<Record<string, { code: string }>>;
  /** The worker that answers Nexus operations. */
  readonly nexusHandlers: NexusHandlers;
  context(scenario: Scenario): ScenarioContext & { finish(): Promise<void> };
  /** A world of its own for a case. */
  caseWorld(name: string): CaseWorld;
  close(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Connects to the server at an address, or to an embedded one, and makes the workflow bundles. */
export async function createWorld(wanted: string): Promise<World> {
  installObservedRuntime();
  const embedded =
    wanted === EMBEDDED ? new EmbeddedServer({ searchAttributes: EMBEDDED_ATTRIBUTES }) : undefined;
  // In process for this world's own calls; by a port for what runs in processes of its own.
  const address = embedded ? (await embedded.listen()).address : wanted;
  const connection = await Connection.connect(embedded ? { transport: embedded } : { address });
  const clientConnection = await clientConnectionTo(address, embedded !== undefined, connection);
  const client = new Client({ connection: clientConnection });
  const bundles = {
    all: await bundleWorkflowCode({ workflowsPath: here("workflows/mod.ts") }),
    broken: await bundleWorkflowCode({ workflowsPath: here("workflows/broken/tasks.ts") }),
    empty: await bundleWorkflowCode({ workflowsPath: here("workflows/results.ts") }),
    configured: await bundleWorkflowCode({
      workflowsPath: here("workflows/configured/mod.ts"),
      workflowInterceptorModules: [here("workflows/configured/interceptors.ts")],
    }),
  };
  const caseBundles = {
    cases: await bundleWorkflowCode({ workflowsPath: here("case-workflows/mod.ts") }),
    before: await bundleWorkflowCode({ workflowsPath: here("case-workflows/changed/before.ts") }),
    after: await bundleWorkflowCode({ workflowsPath: here("case-workflows/changed/after.ts") }),
  };
  const world = { address, connection, client, bundles };
  const nexusHandlers = new NexusHandlers(address);
  return {
    ...world,
    context: (scenario) => contextOf(world, scenario),
    caseWorld: (name) => caseWorldOf(world, caseBundles, name),
    nexusHandlers,
    async close() {
      await nexusHandlers.stop();
      if (clientConnection !== connection) await clientConnection.close();
      await connection.close();
      await embedded?.close();
    },
  };
}

/** The client's own connection where it is to speak another protocol than the worker. */
async function clientConnectionTo(
  address: string,
  embedded: boolean,
  connection: Connection,
): Promise<Connection> {
  const wanted = (process.env["CLIENT_PROTOCOL"] ?? "grpc") as ClientProtocol;
  if (wanted === "grpc") return connection;
  if (wanted === "http-json" && !embedded) {
    const httpAddress = process.env["TEMPORAL_HTTP_ADDRESS"];
    if (httpAddress === undefined)
      throw new Error("TEMPORAL_HTTP_ADDRESS is not set: where is the server's HTTP port?");
    return await Connection.connect({ address: httpAddress, protocol: wanted });
  }
  return wanted === "connect-json"
    ? await Connection.connect({ address, protocol: "connect", useBinaryFormat: false })
    : await Connection.connect({ address, protocol: wanted });
}

type Shared = Pick<World, "address" | "connection" | "client" | "bundles">;

function contextOf(world: Shared, scenario: Scenario): ScenarioContext & { finish(): Promise<void> } {
  const unique = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const taskQueue = `tq-${scenario.subject}-${unique}`;
  const workflowId = `wf-${scenario.subject}-${unique}`;
  const workers: ScenarioWorker[] = [];
  const children: { kill(): Promise<void> }[] = [];
  const options = typeof scenario.options === "function" ? scenario.options(common) : scenario.options;
  const startOptions = { taskQueue, workflowId, args: [...(scenario.args ?? [])], ...options };
  const client = scenarioClient(world.client.workflow);
  return {
    client,
    connection: world.connection,
    clientWith: (workflow) =>
      scenarioClient(
        new Client({ connection: world.client.connection, interceptors: { workflow } }).workflow,
      ),
    address: world.address,
    taskQueue,
    workflowId,
    startOptions,
    pause: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
    start: async (overrides = {}) => await client.start(scenario.workflow, { ...startOptions, ...overrides }),
    withStart: (overrides = {}) =>
      new WithStartWorkflowOperation(scenario.workflow, {
        ...startOptions,
        workflowIdConflictPolicy: "USE_EXISTING",
        ...overrides,
      }),
    ended: async (handle) => await handle.result().catch(() => undefined),
    async startWorker(options = {}) {
      const worker = await startWorker(world, taskQueue, options);
      workers.push(worker);
      return worker;
    },
    async startWorkerProcess() {
      const child = await startWorkerProcess({ address: world.address, taskQueue, workflows: "workflows" });
      children.push(child);
      return child;
    },
    history: async (handle) => await handle.fetchHistory(),
    save: async (handle, subject = scenario.subject) => await compare(handle, subject),
    async finish() {
      await Promise.all(children.map((child) => child.kill()));
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

function caseWorldOf(world: Shared, bundles: CaseWorld["bundles"], name: string): CaseWorld {
  const { address, connection, client } = world;
  const unique = `${name.replace(/[^a-z0-9]+/gi, "-").slice(0, 40)}-${Math.random().toString(36).slice(2, 10)}`;
  const taskQueue = `tq-${unique}`;
  let ids = 0;
  return {
    address,
    connection,
    client,
    taskQueue,
    bundles,
    id: () => `wf-${unique}-${ids++}`,
    async withWorker(use, options = {}) {
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowBundle: bundles.cases,
        activities: caseActivities,
        replayOnEveryTask,
        shutdownForceTime: "10 seconds",
        ...options,
      });
      return await worker.runUntil(async () => await use(worker));
    },
  };
}

/** Perdure's workflow client as scenarios use it. */
function scenarioClient(client: WorkflowClient): ScenarioClient {
  type StartOptions = Parameters<WorkflowClient["start"]>[1];
  type SignalOptions = Parameters<WorkflowClient["signalWithStart"]>[1];
  return {
    start: async (workflow, options) =>
      flat(await client.start(workflow, options as unknown as StartOptions)),
    signalWithStart: async (workflow, options) =>
      flat(await client.signalWithStart(workflow, options as unknown as SignalOptions)),
    executeUpdateWithStart: async (name, options) => {
      const operation = options["startWorkflowOperation"] as WithStartWorkflowOperation<Workflow>;
      return await client.executeUpdateWithStart(name, { ...options, startWorkflowOperation: operation });
    },
    getHandle: (workflowId, runId, options) => flat(client.getHandle(workflowId, runId, options)),
  };
}

const originals = new WeakMap<object, WorkflowHandle>();

/** Scenarios read events in the JSON form that official handles give: attributes as a property of the event. */
function flat(handle: WorkflowHandle): ScenarioHandle {
  const fetchHistory: ScenarioHandle["fetchHistory"] = async () => {
    const { events } = await handle.fetchHistory();
    return {
      events: events.map((event) => ({
        ...event,
        [event.attributes.case ?? "unknown"]: event.attributes.value,
      })),
    };
  };
  const wrapped = new Proxy(handle, {
    get: (target, key) => (key === "fetchHistory" ? fetchHistory : bound(target, Reflect.get(target, key))),
  });
  originals.set(wrapped, handle);
  return wrapped as unknown as ScenarioHandle;
}

function bound(target: object, value: unknown): unknown {
  return typeof value === "function" ? value.bind(target) : value;
}

/** `REPLAY_ON_EVERY_TASK=1`: everything must pass with that option too. */
const replayOnEveryTask = process.env["REPLAY_ON_EVERY_TASK"] === "1";

async function startWorker(
  world: Shared,
  taskQueue: string,
  options: Readonly<Record<string, unknown>>,
): Promise<ScenarioWorker> {
  const {
    bundle = "all",
    only,
    ...rest
  } = options as { bundle?: string; only?: "activities" | "workflows" } & Partial<WorkerOptions>;
  const workflowBundle = world.bundles[bundle];
  const worker = await Worker.create({
    connection: world.connection,
    taskQueue,
    ...(only === "activities" || !workflowBundle ? {} : { workflowBundle }),
    ...(only === "workflows" ? {} : { activities }),
    maxCachedWorkflows: 20,
    replayOnEveryTask,
    workflowThreadPoolSize: 1,
    // Heartbeats time out after 500 ms in the recorded histories: sent every 400 ms, one would be late on a busy machine.
    maxHeartbeatThrottleInterval: 100,
    shutdownGraceTime: 200,
    shutdownForceTime: 5_000,
    ...rest,
  });
  let failure: unknown;
  const running = worker.run().catch((error: unknown) => {
    failure = error;
  });
  return {
    async stop() {
      if (worker.getState() === "RUNNING") worker.shutdown();
      await running;
      if (failure) throw failure;
    },
  };
}

/** `SAVE_HISTORIES=<folder>`: where histories are kept, for other runtimes and the official SDK to replay. */
const saveFolder = process.env["SAVE_HISTORIES"];

function keep(subject: string, history: HistoryJson): void {
  if (!saveFolder) return;
  mkdirSync(saveFolder, { recursive: true });
  writeFileSync(join(saveFolder, `${subject}.json`), JSON.stringify(history));
}

async function compare(handle: ScenarioHandle, subject: string): Promise<void> {
  const original = originals.get(handle);
  if (!original)
    throw new Error(`save("${subject}") needs a handle that the scenario got from start or getHandle`);
  const actual = historyToJson(await original.fetchHistory()) as unknown as HistoryJson;
  keep(subject, actual);
  const differences = historyDifferences(recordedHistory(subject), actual, !OWN_VALUES.has(subject));
  if (differences.length > 0)
    throw new Error(`history differs from the official SDK's "${subject}":\n  ${differences.join("\n  ")}`);
}
