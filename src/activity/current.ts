import type { Client } from "../client/client.ts";
import type { ActivityCancellationDetails } from "../common/activity-cancellation-details.ts";
import type { Duration } from "../common/duration.ts";
import type { Logger, LogLevel, LogMetadata } from "../common/logger.ts";
import type { MetricMeter } from "../common/meter.ts";
import { Context } from "./context.ts";
import type { Info } from "./info.ts";

/**
 * Facts about the activity that runs.
 *
 * @example
 * ```ts
 * const { attempt, workflowExecution } = activityInfo();
 * ```
 */
export function activityInfo(): Info {
  return Context.current().info;
}

/**
 * Tells the server that the activity is alive; see {@link Context.heartbeat}.
 *
 * @example
 * ```ts
 * heartbeat({ done: index });
 * ```
 */
export function heartbeat(details?: unknown): void {
  Context.current().heartbeat(details);
}

/**
 * Waits; rejects with a CancelledFailure when the activity is cancelled meanwhile.
 *
 * @param ms milliseconds, or text such as `"5 minutes"`
 *
 * @example
 * ```ts
 * await sleep("2 seconds");
 * ```
 */
export function sleep(ms: Duration): Promise<void> {
  return Context.current().sleep(ms);
}

/**
 * A promise that rejects with a CancelledFailure when the activity is cancelled, and never resolves.
 *
 * @example
 * ```ts
 * await Promise.race([cancelled(), work()]);
 * ```
 */
export function cancelled(): Promise<never> {
  return Context.current().cancelled;
}

/**
 * Why the activity was cancelled; undefined while it is not.
 *
 * @example
 * ```ts
 * if (cancellationDetails()?.workerShutdown) await saveProgress();
 * ```
 */
export function cancellationDetails(): ActivityCancellationDetails | undefined {
  return Context.current().cancellationDetails;
}

/**
 * A signal for `fetch` and its like, aborted when the activity is cancelled.
 *
 * @example
 * ```ts
 * await fetch(url, { signal: cancellationSignal() });
 * ```
 */
export function cancellationSignal(): AbortSignal {
  return Context.current().cancellationSignal;
}

/**
 * The worker's client (`WorkerOptions.client`). Its calls end when the activity is cancelled.
 *
 * @throws IllegalStateError when there is none
 *
 * @example
 * ```ts
 * await getClient().workflow.getHandle(id).signal("done");
 * ```
 */
export function getClient(): Client {
  return Context.current().client;
}

/** Logs with the facts of the current activity added. */
export const log: Logger = {
  log: (level: LogLevel, message: string, meta?: LogMetadata) =>
    Context.current().log.log(level, message, meta),
  trace: (message: string, meta?: LogMetadata) => Context.current().log.trace(message, meta),
  debug: (message: string, meta?: LogMetadata) => Context.current().log.debug(message, meta),
  info: (message: string, meta?: LogMetadata) => Context.current().log.info(message, meta),
  warn: (message: string, meta?: LogMetadata) => Context.current().log.warn(message, meta),
  error: (message: string, meta?: LogMetadata) => Context.current().log.error(message, meta),
};

/** Metrics tagged with the facts of the current activity. */
export const metricMeter: MetricMeter = {
  createCounter: (name, unit, description) =>
    Context.current().metricMeter.createCounter(name, unit, description),
  createHistogram: (name, valueType, unit, description) =>
    Context.current().metricMeter.createHistogram(name, valueType, unit, description),
  createGauge: (name, valueType, unit, description) =>
    Context.current().metricMeter.createGauge(name, valueType, unit, description),
  createUpDownCounter: (name, unit, description) =>
    Context.current().metricMeter.createUpDownCounter(name, unit, description),
  withTags: (tags) => Context.current().metricMeter.withTags(tags),
};
