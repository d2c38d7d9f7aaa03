import { platform } from "#platform";
import type { Client } from "../client/client.ts";
import type { ActivityCancellationDetails } from "../common/activity-cancellation-details.ts";
import { type Duration, msToNumber } from "../common/duration.ts";
import { IllegalStateError } from "../common/errors.ts";
import type { Logger } from "../common/logger.ts";
import type { MetricMeter } from "../common/meter.ts";
import type { AsyncLocal } from "../platform/platform.ts";
import type { Info } from "./info.ts";

/** Follows each activity through its asynchronous calls; holds the {@link Context} of the one that runs. */
export const asyncLocalStorage: AsyncLocal<Context> = platform.asyncLocal<Context>();

/** What a {@link Context} is made of; the worker and the test environment make them. Read when first asked for. */
export interface ContextInit {
  readonly info: Info;
  /**
   * Asked when somebody wants to hear of a cancellation. Accessors belong into a class: in an object literal they would give each
   * activity a hidden class of its own, which keeps all of its data alive until the next full garbage collection.
   */
  readonly cancellation: {
    /** Rejects with a CancelledFailure when the activity is cancelled; never resolves. */
    readonly promise: Promise<never>;
    readonly signal: AbortSignal;
  };
  readonly heartbeat: (details?: unknown) => void;
  readonly cancellationDetails: () => ActivityCancellationDetails | undefined;
  readonly log: Logger;
  /** Asked once, when the activity first wants metrics. */
  readonly metricMeter: () => MetricMeter;
  readonly client?: Client | undefined;
}

/**
 * What an activity can see and do besides its arguments.
 *
 * @example
 * ```ts
 * const { info, cancellationSignal } = Context.current();
 * const response = await fetch(url, { signal: cancellationSignal });
 * ```
 */
export class Context {
  readonly info: Info;
  /** Logs with the facts of this activity added. */
  log: Logger;
  /**
   * Tells the server that the activity is alive, with details for a next attempt. Sent at once, then at most every 80 % of
   * the heartbeat timeout (of 30 s without one); the newest details win. Cancellation reaches only activities that heartbeat.
   */
  readonly heartbeat: (details?: unknown) => void;
  readonly #cancellationDetails: () => ActivityCancellationDetails | undefined;
  readonly #cancellation: ContextInit["cancellation"];
  readonly #client: Client | undefined;
  readonly #makeMeter: () => MetricMeter;
  #meter: MetricMeter | undefined;

  constructor(init: ContextInit) {
    this.info = init.info;
    this.#cancellation = init.cancellation;
    this.heartbeat = init.heartbeat;
    this.log = init.log;
    this.#makeMeter = init.metricMeter;
    this.#cancellationDetails = init.cancellationDetails;
    this.#client = init.client;
  }

  /**
   * The context of the activity that runs.
   *
   * @throws IllegalStateError outside of an activity
   */
  static current(): Context {
    const context = asyncLocalStorage.get();
    if (context === undefined) {
      throw new IllegalStateError(
        "Activity context not initialized: this function works only inside an activity, or code called by one",
      );
    }
    return context;
  }

  /** Rejects with a CancelledFailure when the activity is cancelled; never resolves. */
  get cancelled(): Promise<never> {
    return this.#cancellation.promise;
  }

  /** Aborted, with the CancelledFailure as its reason, when the activity is cancelled. */
  get cancellationSignal(): AbortSignal {
    return this.#cancellation.signal;
  }

  /** Metrics tagged with the facts of this activity. */
  get metricMeter(): MetricMeter {
    this.#meter ??= this.#makeMeter();
    return this.#meter;
  }

  /** Why the activity was cancelled; undefined while it is not. */
  get cancellationDetails(): ActivityCancellationDetails | undefined {
    return this.#cancellationDetails();
  }

  /**
   * The worker's client.
   *
   * @throws IllegalStateError when there is none
   */
  get client(): Client {
    if (this.#client === undefined) {
      throw new IllegalStateError(
        "No Client available: the activity runs without a worker, and the environment was given no client",
      );
    }
    return this.#client;
  }

  /** Waits `ms`; rejects with a CancelledFailure when the activity is cancelled meanwhile. */
  readonly sleep = (ms: Duration): Promise<void> => {
    const signal = this.cancellationSignal;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      }, msToNumber(ms));
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
  };
}
