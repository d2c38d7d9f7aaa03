/** Perdure's side of the scenarios: connects once, bundles once, and gives each scenario a context with its own task queue. */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Client, Connection, type WorkflowHandle } from "perdure/client";
import { bundleWorkflowCode, Worker, type WorkerOptions } from "perdure/worker";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import * as activities from "./activities.ts";
import { type HistoryJson, historyDifferences } from "./compare-histories.ts";
import { recordedHistory } from "./recorded.ts";
import type { Scenario, ScenarioContext, ScenarioHandle, ScenarioWorker } from "./scenario.ts";

/** Subjects whose values come from the run's own seed, ids or clock, so that only the structure can be equal. */
const OWN_VALUES: ReadonlySet<string> = new Set([]);

export interface World {
  readonly address: string;
  readonly connection: Connection;
  readonly client: Client;
  readonly bundles: Readonly<Record<string, { code: string }>>;
  context(scenario: Scenario): ScenarioContext & { finish(): Promise<void> };
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
  const world = { address, connection, client, bundles };
  return {
    ...world,
    context: (scenario) => contextOf(world, scenario),
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
      const child = await startWorkerProcess(world.address, taskQueue);
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

async function startWorkerProcess(address: string, taskQueue: string): Promise<{ kill(): Promise<void> }> {
  const child = spawn(process.execPath, [...runtimeArguments(), here("worker-process.ts")], {
    env: { ...process.env, ADDRESS: address, TASK_QUEUE: taskQueue },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) =>
      reject(new Error(`the worker process ended with ${code} before it was ready`)),
    );
  });
  return {
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** How this runtime runs a TypeScript file of the tests. */
function runtimeArguments(): readonly string[] {
  if ("Deno" in globalThis) return ["run", "--allow-all", "--quiet"];
  if ("Bun" in globalThis) return ["run"];
  return ["--import", "tsx"];
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
