import { platform } from "#platform";
import { workerPlatform } from "#platform/worker";
import { type Duration, msToNumber } from "../common/duration.ts";
import { IllegalStateError, ValueError } from "../common/errors.ts";
import { withLogMetadata } from "../common/logger.ts";
import { showValue } from "../common/type-guards.ts";
import { Connection } from "../transport/connection.ts";
import type { Clock } from "./clock.ts";
import type { CompiledWorkerOptions } from "./compile-options.ts";
import { createRun } from "./create-run.ts";
import type { State } from "./lifecycle.ts";
import { badOption } from "./option-checks.ts";
import type { WorkerOptions } from "./options.ts";
import type { ReplayResult } from "./replay/errors.ts";
import type { ReplayHistoriesIterable, ReplayHistory, ReplayWorkerOptions } from "./replay/options.ts";
import { Replayer, type ReplayPorts } from "./replay/replayer.ts";
import { wireHistory } from "./replay/wire-history.ts";
import { runUntilDone } from "./run-until.ts";
import { Runtime } from "./runtime.ts";
import { statusOfRun, type WorkerStatus } from "./status.ts";
import type { WorkerRun } from "./worker-run.ts";

/** Options of {@link Worker.runUntil}. */
export interface RunUntilOptions {
  /** How long the given promise may go on after the worker has ended. Default 0. */
  readonly promiseCompletionTimeout?: Duration | undefined;
}

const clock: Clock = {
  nowMs: () => Date.now(),
  setTimer: (callback, ms, options) => workerPlatform.setTimer(callback, ms, options),
};

const replayPorts: ReplayPorts = { platform: workerPlatform, clock, env: (name) => platform.env(name) };

/** The connection of one worker: replaceable, and closed with the worker if the worker opened it. */
interface Link {
  connection: Connection;
  owned: boolean;
}

/**
 * Takes tasks from a task queue and runs workflows and activities.
 *
 * @example
 * ```ts
 * const worker = await Worker.create({
 *   taskQueue: "orders",
 *   workflowsPath: new URL("./workflows.ts", import.meta.url).href,
 *   activities,
 * });
 * await worker.run();
 * ```
 */
export class Worker {
  /** The options in force, defaults filled in. */
  readonly options: CompiledWorkerOptions;
  readonly #run: WorkerRun;
  readonly #link: Link;

  private constructor(run: WorkerRun, options: CompiledWorkerOptions, link: Link) {
    this.#run = run;
    this.options = options;
    this.#link = link;
  }

  /**
   * Makes a worker: checks its options, bundles its workflows, connects.
   *
   * @throws ValueError for an option that is not usable
   * @throws ServiceError when the server cannot be reached
   * @throws NamespaceNotFoundError when there is no such namespace
   *
   * @example
   * ```ts
   * const worker = await Worker.create({ taskQueue: "mail", activities: { send } });
   * ```
   */
  static async create(options: WorkerOptions): Promise<Worker> {
    if (typeof options !== "object" || options === null) {
      throw new ValueError(`WorkerOptions is ${showValue(options)}; it must be an object`);
    }
    const given: unknown = options.connection;
    if (given !== undefined && typeof (given as Partial<Connection> | null)?.ensureConnected !== "function") {
      throw badOption("connection", given, "a Connection: await Connection.connect({ address })");
    }
    const runtime = Runtime.instance();
    const owned = options.connection === undefined;
    const link: Link = { connection: options.connection ?? Connection.lazy(), owned };
    const facts = { namespace: options.namespace ?? "default", taskQueue: options.taskQueue };
    try {
      const created = await createRun(options, {
        platform: workerPlatform,
        identity: () => platform.identity(),
        env: (name) => platform.env(name),
        clock,
        random: Math.random,
        logger: withLogMetadata(runtime.logger, { sdkComponent: "worker", taskQueue: options.taskQueue }),
        metricMeter: runtime.metricMeter.withTags(facts),
        connection: () => link.connection,
      });
      return new Worker(created.run, created.options, link);
    } catch (error) {
      if (owned) await link.connection.close();
      throw error;
    }
  }

  /**
   * Replays a history with the workflow code as it is now. Resolves when they agree. A workflow that fails in the same way as in
   * its history is no error, and a history may end anywhere.
   *
   * `workflowId` is what the workflow sees as its id; a history need not hold it. Default: the one in the history, else `fake`.
   *
   * @throws DeterminismViolationError when the code is not compatible with the history
   * @throws ReplayError when the history cannot be read, or workflow code fails its task, hangs or runs out of memory
   * @throws ValueError for an option that is not usable
   *
   * @example
   * ```ts
   * const history = await client.workflow.getHandle("order-1").fetchHistory();
   * await Worker.runReplayHistory({ workflowsPath }, history, "order-1");
   * ```
   */
  static async runReplayHistory(
    options: ReplayWorkerOptions,
    history: ReplayHistory,
    workflowId?: string,
  ): Promise<void> {
    wireHistory(history);
    const replayer = await Replayer.create(options, replayPorts);
    try {
      const { error } = await replayer.replay(workflowId ?? "", history);
      if (error !== undefined) throw error;
    } finally {
      await replayer.close();
    }
  }

  /**
   * Replays many histories, on as many threads as the machine has processors or `workflowThreadPoolSize` says. Gives one result
   * for each, in their order; ending the loop early ends the threads.
   *
   * @throws ValueError for an option that is not usable
   *
   * @example
   * ```ts
   * const histories = client.workflow.list({ query: 'WorkflowType="order"' }).intoHistories({ concurrency: 10 });
   * for await (const { workflowId, error } of Worker.runReplayHistories({ workflowsPath }, histories)) {
   *   if (error) console.error(workflowId, error);
   * }
   * ```
   */
  static async *runReplayHistories(
    options: ReplayWorkerOptions,
    histories: ReplayHistoriesIterable,
  ): AsyncGenerator<ReplayResult, void, undefined> {
    const replayer = await Replayer.create(options, replayPorts);
    try {
      yield* replayer.replayAll(histories);
    } finally {
      await replayer.close();
    }
  }

  /** The connection in use. Setting another one moves all further calls to it. */
  get connection(): Connection {
    return this.#link.connection;
  }

  set connection(connection: Connection) {
    const { connection: previous, owned } = this.#link;
    if (connection === previous) return;
    this.#link.connection = connection;
    this.#link.owned = false;
    if (owned) void previous.close();
  }

  /**
   * What the worker is doing.
   *
   * @example
   * ```ts
   * worker.getState(); // "RUNNING"
   * ```
   */
  getState(): State {
    return this.#run.state;
  }

  /**
   * Numbers about the worker, for troubleshooting.
   *
   * @example
   * ```ts
   * worker.getStatus().numInFlightActivities;
   * ```
   */
  getStatus(): WorkerStatus {
    return statusOfRun(this.#run);
  }

  /**
   * Polls for tasks until {@link shutdown} or one of the runtime's signals; resolves when all is finished.
   *
   * @throws IllegalStateError when it was called before
   * @throws TransportError when the server refuses the worker's polls for good
   * @throws GracefulShutdownPeriodExpiredError when shutdown takes longer than `shutdownForceTime`
   *
   * @example
   * ```ts
   * await worker.run();
   * ```
   */
  async run(): Promise<void> {
    if (this.#run.state !== "INITIALIZED") throw new IllegalStateError("Poller was already started");
    const stopListening = workerPlatform.onSignals(Runtime.instance().shutdownSignals, () => this.#stop());
    try {
      await this.#run.run();
    } finally {
      stopListening();
      if (this.#link.owned) await this.#link.connection.close();
    }
  }

  /**
   * Runs the worker until the given work is done, then shuts it down.
   *
   * @throws PromiseCompletionTimeoutError when the worker ended first, and the work took longer than allowed
   * @throws CombinedWorkerRunError when worker and work both fail; else the error of the one that failed
   *
   * @example
   * ```ts
   * const result = await worker.runUntil(client.workflow.execute(order, { taskQueue: "orders", workflowId: "o-1" }));
   * ```
   */
  runUntil<R>(fnOrPromise: Promise<R> | (() => Promise<R>), options: RunUntilOptions = {}): Promise<R> {
    const worker = { run: () => this.run(), stop: () => this.#stop() };
    const timeoutMs = msToNumber(options.promiseCompletionTimeout ?? 0, "promiseCompletionTimeout");
    return runUntilDone(worker, fnOrPromise, { timeoutMs, clock });
  }

  /**
   * Stops polling, lets workflow tasks end and cancels activities after `shutdownGraceTime`. {@link run} resolves when
   * all is done.
   *
   * @throws IllegalStateError when the worker does not run
   *
   * @example
   * ```ts
   * worker.shutdown();
   * ```
   */
  shutdown(): void {
    if (this.#run.state !== "RUNNING") {
      throw new IllegalStateError(`Not running. Current state: ${this.#run.state}`);
    }
    this.#run.shutdown();
  }

  #stop(): void {
    if (this.#run.state === "RUNNING") this.#run.shutdown();
  }
}
