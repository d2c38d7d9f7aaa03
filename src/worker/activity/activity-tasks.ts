// Invariants
// 1. A task that was accepted gives its slot back exactly once, after its answer was sent (or found to be unwanted).
// 2. `idle` resolves only when no accepted task is left.
// 3. After `cancelAll` every task, also one that arrives later, is cancelled for the shutdown of the worker.
import type { Info } from "../../activity/info.ts";
import type { ActivityInterceptorsFactory } from "../../activity/interceptors.ts";
import type { Client } from "../../client/client.ts";
import { ensureApplicationFailure } from "../../common/application-failure.ts";
import type { Logger } from "../../common/logger.ts";
import type { MetricMeter } from "../../common/meter.ts";
import { errorMessage } from "../../common/type-guards.ts";
import { decodePollActivityTaskQueueResponse } from "../../gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import { ShortLivedMap } from "../../platform/short-lived-map.ts";
import { toBase64 } from "../base64.ts";
import type { Clock } from "../clock.ts";
import type { WorkerService } from "../service.ts";
import type { SlotPermit } from "../slots/supplier.ts";
import type { ActivityDataContext } from "./activity-data.ts";
import { ActivityExecution, activityLogAttributes } from "./execution.ts";
import { Heartbeats, throttleInterval } from "./heartbeats.ts";
import {
  type ActivityIntakeFacts,
  activityInfoOf,
  callOf,
  dataContextOf,
  heartbeatDetailsOf,
  type PreparedActivity,
  prepareActivity,
} from "./intake.ts";
import { LocalTimeout } from "./local-timeout.ts";
import type { Outcome } from "./outcome.ts";
import { ActivityReporter } from "./reporter.ts";
import { runAttempt } from "./run-attempt.ts";

/** What running activities takes. */
export interface ActivityTasksOptions {
  readonly facts: ActivityIntakeFacts;
  readonly service: WorkerService;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metricMeter: MetricMeter;
  readonly interceptors: readonly ActivityInterceptorsFactory[];
  readonly client: Client | undefined;
  readonly heartbeatThrottle: { readonly defaultMs: number; readonly maxMs: number };
  readonly maxResultBytes: number;
}

interface Running {
  readonly execution: ActivityExecution;
  readonly heartbeats: Heartbeats;
}

/** Runs the activity tasks of a worker, from raw task to answer. */
export class ActivityTasks {
  readonly #options: ActivityTasksOptions;
  readonly #reporter: ActivityReporter;
  readonly #running = new ShortLivedMap<string, Running>();
  #accepted = 0;
  #shutdown = false;
  #onIdle: (() => void)[] = [];

  constructor(options: ActivityTasksOptions) {
    this.#options = options;
    this.#reporter = new ActivityReporter({
      service: options.service,
      data: options.facts.data,
      maxResultBytes: options.maxResultBytes,
    });
  }

  /** Number of activities that run now. */
  get running(): number {
    return this.#running.size;
  }

  /** Number of running activities that sent a heartbeat. */
  get heartbeating(): number {
    let count = 0;
    for (const { heartbeats } of this.#running.values()) if (heartbeats.used) count += 1;
    return count;
  }

  /** Runs a raw `PollActivityTaskQueueResponse`. */
  accept(bytes: Uint8Array, permit: SlotPermit): void {
    this.#accepted += 1;
    void this.#processAndRelease(bytes, permit);
  }

  /** Cancels every activity because the worker shuts down. */
  cancelAll(): void {
    this.#shutdown = true;
    for (const { execution } of this.#running.values()) cancelForShutdown(execution);
  }

  /** Resolves when no accepted task is left. */
  idle(): Promise<void> {
    if (this.#accepted === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  async #processAndRelease(bytes: Uint8Array, permit: SlotPermit): Promise<void> {
    try {
      await this.#process(bytes);
    } catch (error) {
      this.#options.logger.error("Failed to process an activity task", { error });
    } finally {
      permit.release();
      this.#accepted -= 1;
      if (this.#accepted === 0) {
        const waiting = this.#onIdle;
        this.#onIdle = [];
        for (const resolve of waiting) resolve();
      }
    }
  }

  async #process(bytes: Uint8Array): Promise<void> {
    const { facts, logger } = this.#options;
    const task = decodePollActivityTaskQueueResponse(bytes);
    if (task.taskToken.length === 0) throw new Error("The server sent an activity task without a token");
    const of = dataContextOf(task, facts.namespace);
    let info: Info | undefined;
    try {
      // Few tasks carry details of an earlier attempt.
      const details = task.heartbeatDetails && (await heartbeatDetailsOf(task, facts.data, of));
      info = activityInfoOf(task, facts, details);
      const prepared = await prepareActivity(callOf(task), facts, of);
      await this.#runPrepared(info, prepared, of);
    } catch (error) {
      const attributes =
        info === undefined ? { taskToken: toBase64(task.taskToken) } : activityLogAttributes(info);
      logger.error(`Error while processing an activity task: ${errorMessage(error)}`, {
        ...attributes,
        error,
      });
      const failure = ensureApplicationFailure(error);
      await this.#reporter.report(
        { taskToken: task.taskToken, of, info, logger },
        { kind: "failed", failure },
      );
    }
  }

  async #runPrepared(info: Info, prepared: PreparedActivity, of: ActivityDataContext): Promise<void> {
    const { clock, logger, metricMeter, interceptors, client } = this.#options;
    const execution: ActivityExecution = new ActivityExecution({
      info,
      heartbeat: (details) => heartbeats.record(details),
      logger,
      metricMeter,
      interceptors,
      client,
    });
    const timeout = new LocalTimeout(info, clock, (order) => execution.cancel(order));
    const heartbeats = this.#heartbeatsOf(info, of, { execution, timeout });
    this.#running.set(info.base64TaskToken, { execution, heartbeats });
    if (this.#shutdown) cancelForShutdown(execution);
    let outcome: Outcome;
    try {
      ({ outcome } = await runAttempt(execution, prepared, clock));
      await heartbeats.close(outcome.kind === "failed" || outcome.kind === "cancelled");
    } finally {
      timeout.stop();
      this.#running.delete(info.base64TaskToken);
    }
    const { outputType } = prepared;
    const attempt = { taskToken: info.taskToken, of, info, logger: execution.logger, outputType };
    await this.#reporter.report(attempt, outcome);
  }

  #heartbeatsOf(
    info: Info,
    of: ActivityDataContext,
    { execution, timeout }: { readonly execution: ActivityExecution; readonly timeout: LocalTimeout },
  ): Heartbeats {
    const { service, facts, clock, heartbeatThrottle } = this.#options;
    return new Heartbeats({
      throttleMs: throttleInterval(info.heartbeatTimeoutMs, heartbeatThrottle),
      clock,
      encode: (details) => facts.data.toPayload(details, of),
      send: (details) => service.heartbeatActivity(info.taskToken, [details]),
      onCancel: (order) => execution.cancel(order),
      onReported: () => timeout.renew(),
      onConversionError: (error) => {
        execution.logger.warn("Failed to encode heartbeat details, cancelling Activity", { error });
        execution.cancel({ reason: "HEARTBEAT_DETAILS_CONVERSION_FAILED", details: {} });
      },
      onSendError: (error) => execution.logger.warn("Failed to send a heartbeat", { error }),
    });
  }
}

function cancelForShutdown(execution: ActivityExecution): void {
  execution.cancel({ reason: "WORKER_SHUTDOWN", details: { workerShutdown: true } });
}
