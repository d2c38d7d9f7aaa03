/** A worker process of either SDK, and the workflows that the bench sends through it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import type { Client } from "perdure/client";
import { type RuntimeName, runtimeCommand } from "../harness/runtimes.ts";
import { cpuMs, rssBytes } from "./process-tree.ts";

export interface WorkerOptions {
  /** Default: Node. */
  readonly runtime?: RuntimeName;
  readonly folder: string;
  readonly address: string;
  readonly taskQueue: string;
  readonly workflows?: string;
  readonly cached?: number;
}

/** What each runtime is to be told before the program's file. */
const ARGUMENTS: Readonly<Record<RuntimeName, readonly string[]>> = {
  node: ["--expose-gc"],
  bun: [],
  deno: ["run", "--quiet", "--no-prompt", "--allow-all"],
};

export class WorkerUnderTest {
  readonly #child: ChildProcess;
  readonly #taskQueue: string;
  #peakRss = 0;
  readonly #sampling: NodeJS.Timeout;

  private constructor(child: ChildProcess, taskQueue: string) {
    this.#child = child;
    this.#taskQueue = taskQueue;
    this.#sampling = setInterval(() => {
      this.#peakRss = Math.max(this.#peakRss, this.rss());
    }, 100);
  }

  static async start(options: WorkerOptions): Promise<WorkerUnderTest> {
    const env = {
      ...process.env,
      ADDRESS: options.address,
      TASK_QUEUE: options.taskQueue,
      WORKFLOWS: options.workflows ?? "workflows.mjs",
      CACHED: options.cached ? String(options.cached) : "",
    };
    const { runtime = "node" } = options;
    const child = fork(join(options.folder, "worker.mjs"), {
      env,
      execPath: runtimeCommand(runtime),
      execArgv: [...ARGUMENTS[runtime]],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const worker = new WorkerUnderTest(child, options.taskQueue);
    const [first] = await once(child, "message");
    if (first !== "ready") throw new Error(`the worker said ${JSON.stringify(first)} instead of "ready"`);
    return worker;
  }

  get peakRss(): number {
    return this.#peakRss;
  }

  rss(): number {
    return rssBytes(this.#child.pid ?? 0);
  }

  cpuMs(): number {
    return cpuMs(this.#child.pid ?? 0);
  }

  /** Memory after a garbage collection in the main thread. */
  async memory(): Promise<{ rss: number; heapUsed: number }> {
    this.#child.send("memory");
    const [answer] = await once(this.#child, "message");
    return answer as { rss: number; heapUsed: number };
  }

  /** Runs `count` workflows, `width` at a time, to their end. */
  async execute(
    client: Client,
    type: string,
    options: { count: number; width: number; args: unknown[] },
  ): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next++ < options.count) {
        await client.workflow.execute(type, {
          taskQueue: this.#taskQueue,
          workflowId: workflowId(type),
          args: options.args,
        });
      }
    };
    await Promise.all(Array.from({ length: options.width }, lane));
  }

  /** Starts `count` workflows that wait, and returns when the last one answers a query. */
  async startWaiting(client: Client, count: number): Promise<void> {
    const ids = Array.from({ length: count }, () => workflowId("waiting"));
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let id = ids[next++]; id; id = ids[next++]) {
        const handle = await client.workflow.start("waiting", {
          taskQueue: this.#taskQueue,
          workflowId: id,
          args: [],
        });
        while ((await handle.describe()).historyLength < 4)
          await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await Promise.all(Array.from({ length: 20 }, lane));
  }

  /** Asks for a shutdown; says how long the process took to end by itself. */
  async stop(): Promise<number> {
    clearInterval(this.#sampling);
    const start = performance.now();
    const exit = once(this.#child, "exit");
    this.#child.send("shutdown");
    const force = setTimeout(() => this.#child.kill("SIGKILL"), 20_000);
    await exit;
    clearTimeout(force);
    return performance.now() - start;
  }
}

let counter = 0;

function workflowId(type: string): string {
  return `bench-${type}-${process.pid}-${counter++}`;
}
