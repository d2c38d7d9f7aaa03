// Invariants
// 1. Signal, promise and reason tell of the first cancellation only, and also when it comes before the activity runs.
// 2. Heartbeats reach every listener in the order in which the activity sent them, within the activity's own turn.
import type { Context } from "../activity/context.ts";
import type { Info } from "../activity/info.ts";
import type { ActivityInterceptorsFactory } from "../activity/interceptors.ts";
import type { Client } from "../client/client.ts";
import { type Logger, withLogMetadata } from "../common/logger.ts";
import { type MetricMeter, noopMetricMeter } from "../common/meter.ts";
import type { CancelOrder, CancelReason } from "../worker/activity/cancel-order.ts";
import { ActivityExecution, type ActivityFunction } from "../worker/activity/execution.ts";
import { runAttempt } from "../worker/activity/run-attempt.ts";
import { DefaultLogger } from "../worker/default-logger.ts";
import { type EventListener, EventListeners } from "./event-listeners.ts";

const clock = { nowMs: (): number => performance.now() };

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
  workflowExecution: { workflowId: "test", runId: "00000000-0000-0000-0000-000000000000" },
  workflowNamespace: "default",
  workflowType: "test",
  scheduledTimestampMs: 1,
  currentAttemptScheduledTimestampMs: 1,
  scheduleToCloseTimeoutMs: 1_000,
  startToCloseTimeoutMs: 1_000,
  heartbeatTimeoutMs: undefined,
  heartbeatDetails: undefined,
  taskQueue: "test",
  priority: undefined,
  retryPolicy: undefined,
  namespace: "test",
  activityRunId: undefined,
  inWorkflow: true,
};

/** Hears the details of each heartbeat, which are of whatever type the activity sends. */
export type HeartbeatListener = EventListener;

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
  readonly #listeners: EventListeners = new EventListeners();

  constructor(info: Partial<Info> = {}, options: MockActivityEnvironmentOptions = {}) {
    this.#execution = new ActivityExecution({
      info: { ...defaultActivityInfo, ...info },
      heartbeat: (details) => {
        this.#listeners.tell("heartbeat", [details]);
      },
      logger: withLogMetadata(options.logger ?? new DefaultLogger(), { sdkComponent: "worker" }),
      metricMeter: options.metricMeter ?? noopMetricMeter,
      interceptors: options.interceptors ?? [],
      client: options.client,
    });
    this.context = this.#execution.context;
  }

  /**
   * Cancels the activity, as the server would. `reason` becomes the message of the CancelledFailure; default
   * `"CANCELLED"`; `details` become `cancellationDetails()`, by default `{ cancelRequested: true }` whatever the reason. Only the
   * first call counts.
   *
   * @example
   * ```ts
   * const env = new MockActivityEnvironment();
   * env.cancel("TIMED_OUT", { timedOut: true });
   * ```
   */
  readonly cancel = (
    reason: CancelReason = "CANCELLED",
    details: CancelOrder["details"] = { cancelRequested: true },
  ): void => {
    this.#execution.cancel({ reason, details });
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
    return this.#run(fn as ActivityFunction, args) as Promise<Result>;
  }

  async #run(fn: ActivityFunction, args: unknown[]): Promise<unknown> {
    const { settled } = await runAttempt(this.#execution, { fn, input: { args, headers: {} } }, clock);
    if (settled.kind === "threw") throw settled.error;
    return settled.value;
  }

  /**
   * Calls `listener` at each heartbeat, with its details. Other events are those that the test tells itself, by `emit`.
   *
   * @example
   * ```ts
   * env.on("heartbeat", (details) => console.log(details));
   * ```
   */
  on(event: string | symbol, listener: EventListener): this {
    this.#listeners.add(event, listener, false);
    return this;
  }

  /** The same as `on`. */
  addListener(event: string | symbol, listener: EventListener): this {
    return this.on(event, listener);
  }

  /**
   * Calls `listener` at the next heartbeat only.
   *
   * @example
   * ```ts
   * env.once("heartbeat", () => env.cancel());
   * ```
   */
  once(event: string | symbol, listener: EventListener): this {
    this.#listeners.add(event, listener, true);
    return this;
  }

  /**
   * Takes a listener away.
   *
   * @example
   * ```ts
   * env.off("heartbeat", listener);
   * ```
   */
  off(event: string | symbol, listener: EventListener): this {
    this.#listeners.remove(event, listener);
    return this;
  }

  /** The same as `off`. */
  removeListener(event: string | symbol, listener: EventListener): this {
    return this.off(event, listener);
  }

  /** Takes away all listeners of an event, by default of all events. */
  removeAllListeners(event?: string | symbol): this {
    this.#listeners.clear(event);
    return this;
  }

  /** How many listeners an event has. */
  listenerCount(event: string | symbol): number {
    return this.#listeners.count(event);
  }

  /** Tells the listeners of an event; false when there are none. */
  emit(event: string | symbol, ...args: unknown[]): boolean {
    return this.#listeners.tell(event, args);
  }
}
