// Invariants
// 1. The server is told of the shutdown before polls are waited for: it may be the one who ends them.
// 2. Nothing that was received is thrown away: tasks are finished, activities cancelled after the grace time but awaited.
// 3. The first error is the one that `run` rejects with.

import type { Logger } from "../common/logger.ts";
import { GrpcStatus } from "../platform/rpc-port.ts";
import type { ActivityTasks } from "./activity/activity-tasks.ts";
import type { LocalActivityTasks } from "./activity/local-activity-tasks.ts";
import { type Clock, sleepOn } from "./clock.ts";
import { GracefulShutdownPeriodExpiredError, TransportError } from "./errors.ts";
import { Lifecycle, type State } from "./lifecycle.ts";
import type { Poller } from "./pollers/poller.ts";
import { detailsOf, statusOf, type WorkerService } from "./service.ts";
import type { WorkflowWorker } from "./workflow/workflow-worker.ts";

/** What a run is made of; `assembleRun` puts it together. */
export interface WorkerRunParts {
  readonly service: Pick<WorkerService, "shutdownWorker">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent when the worker has no workflows. */
  readonly workflows: WorkflowWorker | undefined;
  /** Absent when the worker has no activities. */
  readonly activities: ActivityTasks | undefined;
  /** Absent when the worker has no workflows. */
  readonly localActivities: LocalActivityTasks | undefined;
  readonly workflowPollers: readonly Poller<Uint8Array>[];
  readonly activityPollers: readonly Poller<Uint8Array>[];
  readonly shutdownGraceTimeMs: number;
  readonly shutdownForceTimeMs: number | undefined;
  /** The server ends polls under way once it knows of the shutdown. */
  readonly pollCompleteOnShutdown: boolean;
  /** Announces the worker to clients of its connection. */
  readonly openEager: () => void;
  /** Stops granting slots to eager activities and to eager starts. */
  readonly closeEager: () => void;
  /** Resolves when no eager start is under way any more. */
  readonly eagerIdle: () => Promise<void>;
}

/** How long the server may take to end the polls of a worker that said goodbye, and to answer eager starts. */
const POLL_END_MS = 10_000;

/** One worker from start to stop. */
export class WorkerRun {
  readonly #parts: WorkerRunParts;
  readonly #lifecycle: Lifecycle;
  readonly #shutdown = new AbortController();
  /** Aborted when the end is not to be waited for. */
  readonly #abandoned = new AbortController();
  #error: { readonly error: unknown } | undefined;

  constructor(parts: WorkerRunParts) {
    this.#parts = parts;
    this.#lifecycle = new Lifecycle((state) => parts.logger.info("Worker state changed", { state }));
  }

  get state(): State {
    return this.#lifecycle.state;
  }

  get parts(): WorkerRunParts {
    return this.#parts;
  }

  /** Asks the worker to stop. Only in state RUNNING. */
  shutdown(): void {
    this.#lifecycle.moveTo("STOPPING");
    this.#shutdown.abort();
  }

  /** The worker cannot go on, but may finish what it has. */
  fail(error: unknown): void {
    this.#noteError(error);
    if (this.state === "RUNNING") this.shutdown();
  }

  /** The worker cannot go on, nor finish what it has. */
  failNow(error: unknown): void {
    this.#noteError(error);
    this.#abandoned.abort();
    if (this.state === "RUNNING") this.shutdown();
  }

  /** Polls until shutdown, then finishes. Rejects with the first error. */
  async run(): Promise<void> {
    this.#lifecycle.moveTo("RUNNING");
    const { workflows, workflowPollers, activityPollers, clock } = this.#parts;
    try {
      // Shutdown may be asked for before the threads are ready.
      await Promise.race([workflows?.start(), aborted(this.#shutdown.signal)]);
      if (!this.#shutdown.signal.aborted) {
        for (const poller of [...workflowPollers, ...activityPollers]) poller.start();
        this.#parts.openEager();
        await aborted(this.#shutdown.signal);
      }
      const force = this.#forceTimer(clock);
      try {
        await Promise.race([this.#finish(), aborted(this.#abandoned.signal)]);
      } finally {
        force?.clear();
      }
    } catch (error) {
      this.#noteError(error);
    } finally {
      this.#parts.closeEager();
      await this.#close();
    }
    if (this.#error === undefined) {
      this.#lifecycle.moveTo("STOPPED");
      return;
    }
    this.#parts.logger.error("Worker failed", { error: this.#error.error });
    this.#lifecycle.moveTo("FAILED");
    throw this.#error.error;
  }

  async #finish(): Promise<void> {
    const { workflows, activities, localActivities, workflowPollers, activityPollers, closeEager } =
      this.#parts;
    const pollers = [...workflowPollers, ...activityPollers];
    const cutNow = !this.#parts.pollCompleteOnShutdown;
    for (const poller of pollers) poller.stop(cutNow);
    closeEager();
    this.#lifecycle.moveTo("DRAINING");
    // Local activities go on: workflow tasks that are open end with them.
    const grace = this.#parts.clock.setTimer(() => activities?.cancelAll(), this.#parts.shutdownGraceTimeMs);
    try {
      const goodbye = this.#sayGoodbye();
      const drained = Promise.all(pollers.map((poller) => poller.drained()));
      await goodbye;
      await this.#drainPolls(drained);
      // Their answers bring first tasks, which the server would give to nobody else until they time out.
      await this.#forAtMost(POLL_END_MS, this.#parts.eagerIdle());
      // Workflow tasks first: their answers may still bring activities.
      await workflows?.idle();
      await localActivities?.idle();
      await activities?.idle();
    } finally {
      grace.clear();
    }
    if (!this.#abandoned.signal.aborted) this.#lifecycle.moveTo("DRAINED");
  }

  async #sayGoodbye(): Promise<void> {
    const { service, workflowPollers, activityPollers, logger } = this.#parts;
    try {
      await service.shutdownWorker({
        workflow: workflowPollers.length > 0,
        activity: activityPollers.length > 0,
      });
    } catch (error) {
      const status = statusOf(error);
      this.#cutPolls();
      if (status !== GrpcStatus.UNIMPLEMENTED && status !== GrpcStatus.UNAVAILABLE) {
        logger.warn(`Failed to tell the server about the shutdown: ${detailsOf(error)}`, { error });
      }
    }
  }

  async #drainPolls(drained: Promise<unknown>): Promise<void> {
    if (!(await this.#forAtMost(POLL_END_MS, drained))) this.#cutPolls();
    await drained;
  }

  /** Whether it was over in time. */
  async #forAtMost(ms: number, end: Promise<unknown>): Promise<boolean> {
    const done = new AbortController();
    void end.then(() => done.abort());
    await sleepOn(this.#parts.clock, ms, done.signal);
    return done.signal.aborted;
  }

  #cutPolls(): void {
    for (const poller of [...this.#parts.workflowPollers, ...this.#parts.activityPollers]) poller.stop(true);
  }

  #forceTimer(clock: Clock): { clear(): void } | undefined {
    const { shutdownForceTimeMs } = this.#parts;
    if (shutdownForceTimeMs === undefined) return undefined;
    return clock.setTimer(() => {
      this.#parts.localActivities?.cancelAll();
      this.failNow(
        new GracefulShutdownPeriodExpiredError(
          `The worker did not shut down within shutdownForceTime (${shutdownForceTimeMs} ms): ${this.#parts.activities?.running ?? 0} activities and ${this.#parts.workflows?.inFlight ?? 0} workflow tasks were still running`,
        ),
      );
    }, shutdownForceTimeMs);
  }

  async #close(): Promise<void> {
    this.#cutPolls();
    try {
      await this.#parts.workflows?.close();
    } catch (error) {
      this.#noteError(error);
    }
  }

  #noteError(error: unknown): void {
    if (this.#error === undefined) this.#error = { error };
    else this.#parts.logger.error("A further error while the worker was failing", { error });
  }
}

/** The error that a poll which no retry cures ends the worker with. */
export function pollError(subject: string, error: unknown): TransportError {
  return new TransportError(`Polling for ${subject}s failed for good: ${detailsOf(error)}`, error);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
