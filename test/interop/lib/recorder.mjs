/**
 * Runs one scenario and keeps the histories it asks for. A scenario is
 * `{ subject, workflow, source, args?, options?, act?, run? }`: by default the worker is started, the workflow is started,
 * `act(handle, context)` does what a user would, and the end is awaited. `run(context)` replaces all that.
 */
import { fork } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WithStartWorkflowOperation, WorkflowClient } from "@temporalio/client";
import * as common from "@temporalio/common";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker } from "@temporalio/worker";
import { outcomeOf, readPayload } from "./outcome.mjs";
import { cacheFolder, historiesFolder, officialVersion, repositoryRoot } from "./paths.mjs";

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes the machine's own paths out of stack traces. */
function withoutMachinePaths(text) {
  return text.replaceAll(`file://${repositoryRoot}`, "").replaceAll(repositoryRoot, "");
}

export class Recorder {
  #shared;
  #indexes;
  #stopping = [];

  /** @param indexes entries by subject, by folder under test/histories */
  constructor(shared, indexes) {
    this.#shared = shared;
    this.#indexes = indexes;
  }

  /** Runs a scenario to its end and saves what it asks for. */
  async record(scenario) {
    const context = this.#contextOf(scenario);
    let failSafe;
    const tooLong = new Promise((_resolve, reject) => {
      failSafe = setTimeout(() => reject(new Error(`${scenario.subject} takes more than a minute`)), 60_000);
    });
    const running = scenario.run ? scenario.run(context) : this.#runPlainly(scenario, context);
    try {
      await Promise.race([running, tooLong]);
    } finally {
      clearTimeout(failSafe);
      await context.stopWorkers();
    }
  }

  async settle() {
    await Promise.all(this.#stopping);
  }

  async #runPlainly(scenario, context) {
    await context.startWorker();
    const handle = await context.start();
    await scenario.act?.(handle, context);
    await context.ended(handle);
    await context.save(handle);
  }

  #contextOf(scenario) {
    const { client, connection, address } = this.#shared;
    const taskQueue = `tq-${scenario.subject}`;
    const workflowId = `wf-${scenario.subject}`;
    const workers = [];
    const options = typeof scenario.options === "function" ? scenario.options(common) : scenario.options;
    const startOptions = { taskQueue, workflowId, args: scenario.args ?? [], ...options };
    return {
      client,
      connection,
      clientWith: (interceptors) =>
        new WorkflowClient({ connection, interceptors, identity: "recorder-client" }),
      address,
      taskQueue,
      workflowId,
      startOptions,
      pause,
      start: async (overrides = {}) =>
        await client.start(scenario.workflow, { ...startOptions, ...overrides }),
      withStart: (overrides = {}) =>
        new WithStartWorkflowOperation(scenario.workflow, {
          ...startOptions,
          workflowIdConflictPolicy: "USE_EXISTING",
          ...overrides,
        }),
      ended: async (handle) => await handle.result().catch(() => undefined),
      startWorker: async (options = {}) => {
        const worker = await this.#startWorker(taskQueue, options);
        workers.push(worker);
        return worker;
      },
      startWorkerProcess: async () => await this.#startWorkerProcess(taskQueue),
      stopWorkers: async () => {
        for (const worker of workers) this.#stopping.push(worker.stop());
      },
      history: async (handle) => await handle.fetchHistory(),
      save: async (handle, subject = scenario.subject) => await this.#save(handle, subject, scenario),
    };
  }

  async #startWorker(taskQueue, { bundle = "all", only, ...options }) {
    const { nativeConnection, bundles, activities } = this.#shared;
    const worker = await Worker.create({
      connection: nativeConnection,
      taskQueue,
      ...(only === "activities" ? {} : { workflowBundle: bundles[bundle] }),
      ...(only === "workflows" ? {} : { activities }),
      identity: "recorder-worker",
      maxCachedWorkflows: 20,
      workflowThreadPoolSize: 1,
      shutdownGraceTime: 200,
      shutdownForceTime: 5_000,
      ...options,
    });
    const running = worker.run().catch((error) => console.error(taskQueue, error));
    return {
      async stop() {
        if (worker.getState() === "RUNNING") worker.shutdown();
        await running;
      },
    };
  }

  async #startWorkerProcess(taskQueue) {
    const bundle = join(cacheFolder, "workflows.js");
    await writeFile(bundle, this.#shared.bundles.all.code);
    const child = fork(fileURLToPath(new URL("worker-process.mjs", import.meta.url)), {
      env: { ...process.env, ADDRESS: this.#shared.address, TASK_QUEUE: taskQueue, BUNDLE: bundle },
    });
    await new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", () => reject(new Error("the worker process did not start")));
    });
    return {
      async kill() {
        const exited = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        await exited;
      },
    };
  }

  async #save(handle, subject, scenario) {
    const history = await handle.fetchHistory();
    const started = history.events[0].workflowExecutionStartedEventAttributes;
    const json = withoutMachinePaths(JSON.stringify(JSON.parse(historyToJSON(history)), null, 1));
    const { folder = "." } = scenario;
    const file = `official-${officialVersion}-${subject}.json`;
    await writeFile(join(historiesFolder, folder, file), `${json}\n`);
    const outcome = JSON.parse(withoutMachinePaths(JSON.stringify(outcomeOf(history))));
    this.#indexes[folder][subject] = {
      file,
      workflowType: started.workflowType.name,
      source: `test/conformance/workflows/${scenario.source}`,
      workflowId: started.workflowId || handle.workflowId,
      events: history.events.length,
      ...(scenario.note ? { note: scenario.note } : {}),
      outcome,
    };
  }
}

export async function readIndex(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}

export { readPayload };
