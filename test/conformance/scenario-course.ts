/** What a scenario gets to work with, and its course: the half that a client drives, apart from workers and comparisons. */
import { Client, type ClientOptions } from "perdure/client";
import * as common from "perdure/common";
import type { HistoryJson } from "./compare-histories.ts";
import type { Scenario, ScenarioContext, ScenarioWorker } from "./scenario.ts";
import { historyOf, scenarioClient, startOperation } from "./scenario-client.ts";

/** The half of a scenario that needs threads and files: always on Node, Bun or Deno. */
export interface WorkerSide {
  startWorker(taskQueue: string, options: Readonly<Record<string, unknown>>): Promise<ScenarioWorker>;
  startWorkerProcess(taskQueue: string): Promise<{ kill(): Promise<void> }>;
  /** Throws when the history differs from the official SDK's of that subject. */
  compare(subject: string, history: HistoryJson): Promise<void>;
}

export interface Surroundings {
  readonly workers: WorkerSide;
  readonly client: Client;
  readonly address: string;
  /** Raw calls of services. */
  readonly connection: unknown;
}

/** Ids that no other run of the scenario has. */
export function uniqueNames(subject: string): { readonly taskQueue: string; readonly workflowId: string } {
  const unique = `${subject}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  return { taskQueue: `tq-${unique}`, workflowId: `wf-${unique}` };
}

function contextOf(
  { workers, client: of, address, connection }: Surroundings,
  scenario: Scenario,
): ScenarioContext & { finish(): Promise<void> } {
  const { taskQueue, workflowId } = uniqueNames(scenario.subject);
  const running: ScenarioWorker[] = [];
  const processes: { kill(): Promise<void> }[] = [];
  const options = typeof scenario.options === "function" ? scenario.options(common) : scenario.options;
  const startOptions = { taskQueue, workflowId, args: [...(scenario.args ?? [])], ...options };
  const client = scenarioClient(of.workflow);
  const clientConnection = of.connection as NonNullable<ClientOptions["connection"]>;
  return {
    client,
    connection,
    clientWith: (workflow) =>
      scenarioClient(new Client({ connection: clientConnection, interceptors: { workflow } }).workflow),
    address,
    taskQueue,
    workflowId,
    startOptions,
    pause: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
    start: async (overrides = {}) => await client.start(scenario.workflow, { ...startOptions, ...overrides }),
    withStart: (overrides = {}) =>
      startOperation(scenario.workflow, {
        ...startOptions,
        workflowIdConflictPolicy: "USE_EXISTING",
        ...overrides,
      }),
    ended: async (handle) => await handle.result().catch(() => undefined),
    async startWorker(options = {}) {
      const worker = await workers.startWorker(taskQueue, options);
      running.push(worker);
      return worker;
    },
    async startWorkerProcess() {
      const child = await workers.startWorkerProcess(taskQueue);
      processes.push(child);
      return child;
    },
    history: async (handle) => await handle.fetchHistory(),
    save: async (handle, subject = scenario.subject) =>
      await workers.compare(subject, await historyOf(handle)),
    async finish() {
      await Promise.all(processes.map((child) => child.kill()));
      await Promise.all(running.map((worker) => worker.stop()));
    },
  };
}

/** Runs a scenario to its end; rejects when it fails. */
export async function runScenario(surroundings: Surroundings, scenario: Scenario): Promise<void> {
  const context = contextOf(surroundings, scenario);
  try {
    if (scenario.run) {
      await scenario.run(context);
      return;
    }
    await context.startWorker();
    const handle = await context.start();
    await scenario.act?.(handle, context);
    await context.ended(handle);
    await context.save(handle);
  } finally {
    await context.finish();
  }
}
