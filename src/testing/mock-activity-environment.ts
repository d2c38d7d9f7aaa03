// Invariants
// 1. Cancelling counts once, and also when it comes before the activity runs.
// 2. Heartbeats reach every listener in the order in which the activity sent them, within the activity's own turn.
import type { Context } from "../activity/context.ts";
import type { Info } from "../activity/info.ts";
import type { ActivityInterceptorsFactory } from "../activity/interceptors.ts";
import type { Client } from "../client/client.ts";
import type { Logger } from "../common/logger.ts";
import { type MetricMeter, noopMetricMeter } from "../common/meter.ts";
import type { CancelOrder, CancelReason } from "../worker/activity/cancel-order.ts";
import { ActivityExecution, type ActivityFunction } from "../worker/activity/execution.ts";
import { DefaultLogger } from "../worker/default-logger.ts";

/** What a {@link MockActivityEnvironment} can be given. */
export interface MockActivityEnvironmentOptions {
  /** Default: none. */
  readonly interceptors?: readonly ActivityInterceptorsFactory[] | undefined;
  /** Default: lines of INFO and above to the console. */
  readonly logger?: Logger | undefined;
  /** Default: metrics go nowhere. */
  readonly metricMeter?: MetricMeter | undefined;
  /** What `getClient()` gives. Default: it throws. */
  readonly client?: Client | undefined;
}

/** The facts that an activity sees unless the test says otherwise. */
export const defaultActivityInfo: Info = {
  taskToken: new Uint8Array([116, 101, 115, 116]),
  base64TaskToken: "dGVzdA==",
  activityId: "test",
  activityType: "unknown",
  activityNamespace: "default",
  attempt: 1,
  isLocal: false,
  workflowExecution: { workflowId: "test", runId: "dead-beef" },
  workflowNamespace: "default",
  workflowType: "test",
  scheduledTimestampMs: 1,
  currentAttemptScheduledTimestampMs: 1,
  scheduleToCloseTimeoutMs: 0,
  startToCloseTimeoutMs: 0,
  heartbeatDetails: undefined,
  taskQueue: "test",
  namespace: "default",
  inWorkflow: true,
};

/** Hears the details of each heartbeat. */
export type HeartbeatListener = (details: unknown) => void;

/**
 * Runs activity functions in tests without worker or server: with a context, cancellation, interceptors and heartbeats
 * that the test hears.
 *
 * @example
 * ```ts
 * const env = new MockActivityEnvironment({ attempt: 2 });
 * env.on("heartbeat", (details) => console.log(details));
 * const result = await env.run(chargeCard, order);
 * ```
 */
export class MockActivityEnvironment {
  /** What the activity gets as `Context.current()`. */
  readonly context: Context;
  readonly #execution: ActivityExecution;
  readonly #listeners: Set<HeartbeatListener> = new Set();

  constructor(info: Partial<Info> = {}, options: MockActivityEnvironmentOptions = {}) {
    this.#execution = new ActivityExecution({
      info: { ...defaultActivityInfo, ...info },
      heartbeat: (details) => {
        for (const listener of [...this.#listeners]) listener(details);
      },
      logger: options.logger ?? new DefaultLogger(),
      metricMeter: options.metricMeter ?? noopMetricMeter,
      interceptors: options.interceptors ?? [],
      client: options.client,
    });
    this.context = this.#execution.context;
  }

  /**
   * Cancels the activity, as the server would. `reason` becomes the message of the CancelledFailure; default
   * `"CANCELLED"`; `details` become `cancellationDetails()`, by default those that go with the reason. Only the first call
   * counts.
   */
  readonly cancel = (reason: CancelReason = "CANCELLED", details?: CancelOrder["details"]): void => {
    this.#execution.cancel({ reason, details: details ?? CANCEL_DETAILS[reason] });
  };

  /**
   * Runs a function as an activity.
   *
   * @returns what the function returns; rejects with what it throws
   *
   * @example
   * ```ts
   * const greeting = await new MockActivityEnvironment().run(async (name: string) => `Hello, ${name}!`, "Ada");
   * ```
   */
  run<Args extends unknown[], Result>(
    fn: (...args: Args) => Promise<Result> | Result,
    ...args: Args
  ): Promise<Result> {
    // The arguments are those that the function is declared with, and what it returns comes back unchanged.
    const running = this.#execution.run(fn as ActivityFunction, { args, headers: {} });
    return running as Promise<Result>;
  }

  /** Calls `listener` at each heartbeat. */
  on(_event: "heartbeat", listener: HeartbeatListener): this {
    this.#listeners.add(listener);
    return this;
  }

  /** Calls `listener` at the next heartbeat. */
  once(event: "heartbeat", listener: HeartbeatListener): this {
    const heard: HeartbeatListener = (details) => {
      this.off(event, heard);
      listener(details);
    };
    return this.on(event, heard);
  }

  /** Takes a listener away. */
  off(_event: "heartbeat", listener: HeartbeatListener): this {
    this.#listeners.delete(listener);
    return this;
  }
}

/** What the worker says of each reason. */
const CANCEL_DETAILS: { readonly [Reason in CancelReason]: CancelOrder["details"] } = {
  NOT_FOUND: { notFound: true },
  CANCELLED: { cancelRequested: true },
  TIMED_OUT: { timedOut: true },
  WORKER_SHUTDOWN: { workerShutdown: true },
  PAUSED: { paused: true },
  RESET: { reset: true },
  HEARTBEAT_DETAILS_CONVERSION_FAILED: { cancelRequested: true },
};
