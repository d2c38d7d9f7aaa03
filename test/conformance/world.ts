/** Perdure's side of the scenarios: connects once, bundles once, and gives each scenario a context with its own task queue. */
import { fileURLToPath } from "node:url";
import { Client, Connection, type WorkflowHandle } from "perdure/client";
import { bundleWorkflowCode, Worker, type WorkerOptions } from "perdure/worker";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import * as activities from "./activities.ts";
import { caseActivities } from "./case-activities.ts";
import type { CaseWorld } from "./cases/case.ts";
import { type HistoryJson, historyDifferences } from "./compare-histories.ts";
import { recordedHistory } from "./recorded.ts";
import type { Scenario, ScenarioContext, ScenarioHandle, ScenarioWorker } from "./scenario.ts";
import { startWorkerProcess } from "./worker-processes.ts";

/** Subjects whose values come from the run's own seed, ids or clock, so that only the structure can be equal. */
const OWN_VALUES: ReadonlySet<string> = new Set([]);

export interface World {
  readonly address: string;
  readonly connection: Connection;
  readonly client: Client;
  readonly bundles: Readonly<Record<string, { code: string }>>;
  context(scenario: Scenario): ScenarioContext & { finish(): Promise<void> };
  /** A world of its own for a case. */
  caseWorld(name: string): CaseWorld;
  close(): Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Connects to the server at `address` and makes the workflow bundles. */
export async function createWorld(address: string): Promise<World> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const bundles = {
    all: await bundleWorkflowCode({ workflowsPath: here("workflows/mod.ts") }),
    broken: await bundleWorkflowCode({ workflowsPath: here("workflows/broken/tasks.ts") }),
    empty: await bundleWorkflowCode({ workflowsPath: here("workflows/results.ts") }),
  };
  const caseBundles = {
    cases: await bundleWorkflowCode({ workflowsPath: here("case-workflows/mod.ts") }),
    before: await bundleWorkflowCode({ workflowsPath: here("case-workflows/changed/before.ts") }),
    after: await bundleWorkflowCode({ workflowsPath: here("case-workflows/changed/after.ts") }),
  };
  const world = { address, connection, client, bundles };
  return {
    ...world,
    context: (scenario) => contextOf(world, scenario),
    caseWorld: (name) => caseWorldOf(world, caseBundles, name),
    close: async () => await connection.close(),
  };
}

type Shared = Pick<World, "address" | "connection" | "client" | "bundles">;

function contextOf(world: Shared, scenario: Scenario): ScenarioContext & { finish(): Promise<void> } {
  const unique = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const taskQueue = `tq-${scenario.subject}-${unique}`;
  const workflowId = `wf-${scenario.subject}-${unique}`;
  const workers: ScenarioWorker[] = [];
  const children: { kill(): Promise<void> }[] = [];
  const startOptions = { taskQueue, workflowId, args: [...(scenario.args ?? [])], ...scenario.options };
  return {
    client: world.client.workflow,
    connection: world.connection,
    address: world.address,
    taskQueue,
    workflowId,
    startOptions,
    pause: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
    start: async (overrides = {}) =>
      flatHistories(await world.client.workflow.start(scenario.workflow, { ...startOptions, ...overrides })),
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
    save: async (handle, subject = scenario.subject) => await compare(world, handle, subject),
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
        shutdownForceTime: "10 seconds",
        ...options,
      });
      return await worker.runUntil(async () => await use(worker));
    },
  };
}

/** Scenarios read events in the JSON form that official handles give: attributes as a property of the event. */
function flatHistories(handle: WorkflowHandle): ScenarioHandle {
  return Object.assign(Object.create(handle) as WorkflowHandle, {
    fetchHistory: async () => {
      const { events } = await handle.fetchHistory();
      return {
        events: events.map((event) => ({
          ...event,
          [event.attributes.case ?? "unknown"]: event.attributes.value,
        })),
      };
    },
  }) as unknown as ScenarioHandle;
}

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
    workflowThreadPoolSize: 1,
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

async function compare(world: Shared, handle: ScenarioHandle, subject: string): Promise<void> {
  // Saved handles may be of another run or chain than the scenario's own: their ids say which.
  const { workflowId, runId } = handle as ScenarioHandle & { readonly runId?: string };
  const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const actual = historyToJson(history) as unknown as HistoryJson;
  const differences = historyDifferences(recordedHistory(subject), actual, !OWN_VALUES.has(subject));
  if (differences.length > 0)
    throw new Error(`history differs from the official SDK's "${subject}":\n  ${differences.join("\n  ")}`);
}
