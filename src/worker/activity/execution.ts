// Invariants
// 1. An execution is cancelled at most once; later orders change nothing.
// 2. `cancelled`, the signal, the reason and the details change together.
import type { Context as ActivityContext } from "../../activity/context.ts";
import { asyncLocalStorage, Context } from "../../activity/context.ts";
import type { Info } from "../../activity/info.ts";
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  ActivityOutboundCallsInterceptor,
} from "../../activity/interceptors.ts";
import type { Client } from "../../client/client.ts";
import { ActivityCancellationDetails } from "../../common/activity-cancellation-details.ts";
import { CancelledFailure } from "../../common/cancelled-failure.ts";
import { composeInterceptors } from "../../common/interceptors.ts";
import { type Logger, withLogMetadata } from "../../common/logger.ts";
import type { MetricMeter, MetricTags } from "../../common/meter.ts";
import type { CancelOrder, CancelReason } from "./cancel-order.ts";
import { Cancellation } from "./cancellation.ts";

/** A function that does an activity's work. */
export type ActivityFunction = (...args: unknown[]) => unknown;

/** What one execution needs. */
export interface ActivityExecutionInit {
  readonly info: Info;
  readonly heartbeat: (details: unknown) => void;
  readonly logger: Logger;
  readonly metricMeter: MetricMeter;
  readonly interceptors: readonly ActivityInterceptorsFactory[];
  /** Calls of this client made by the activity end when it is cancelled. */
  readonly client?: Client | undefined;
}

/** One attempt of one activity: its context, its cancellation and its interceptors. */
export class ActivityExecution {
  readonly context: ActivityContext;
  /** Logs with the facts of the activity, for lines that the SDK writes. */
  readonly logger: Logger;
  readonly #cancellation: Cancellation = new Cancellation();
  readonly #inbound: ActivityInboundCallsInterceptor[] = [];
  readonly #outbound: ActivityOutboundCallsInterceptor[] = [];
  readonly #init: ActivityExecutionInit;
  #reason: CancelReason | undefined;
  #details: ActivityCancellationDetails | undefined;

  constructor(init: ActivityExecutionInit) {
    this.#init = init;
    this.logger = withLogMetadata(init.logger, () => this.#logAttributes());
    this.context = new Context({
      info: init.info,
      cancellation: this.#cancellation,
      heartbeat: init.heartbeat,
      cancellationDetails: () => this.#details,
      log: withLogMetadata(this.logger, { sdkComponent: "activity" }),
      metricMeter: () => init.metricMeter.withTags(this.#metricTags()),
      client: init.client,
    });
    for (const factory of init.interceptors) {
      const made = factory(this.context);
      if (made.inbound !== undefined) this.#inbound.push(made.inbound);
      if (made.outbound !== undefined) this.#outbound.push(made.outbound);
    }
  }

  /** Why it was cancelled; undefined while it is not. */
  get cancelReason(): CancelReason | undefined {
    return this.#reason;
  }

  /** Tells the activity to stop. Only the first call counts. */
  cancel(order: CancelOrder): void {
    if (this.#reason !== undefined) return;
    this.#reason = order.reason;
    this.#details = new ActivityCancellationDetails(order.details);
    this.#cancellation.cancel(new CancelledFailure(order.reason));
  }

  /** Runs the function inside the context and the interceptors. Rejects with what they throw. */
  run(fn: ActivityFunction, input: ActivityExecuteInput): Promise<unknown> {
    const execute = composeInterceptors(this.#inbound, "execute", async (at) => fn(...at.args));
    const { client } = this.#init;
    return asyncLocalStorage.run(this.context, () =>
      client === undefined
        ? execute(input)
        : client.withAbortSignal(this.#cancellation.signal, () => execute(input)),
    );
  }

  #logAttributes(): Record<string, unknown> {
    const next = composeInterceptors(this.#outbound, "getLogAttributes", (input) => input);
    return next(activityLogAttributes(this.#init.info));
  }

  #metricTags(): MetricTags {
    const { namespace, taskQueue, activityType } = this.#init.info;
    const next = composeInterceptors(this.#outbound, "getMetricTags", (input) => input);
    return next({ namespace, taskQueue, activityType });
  }
}

/**
 * The facts that log lines about an activity carry.
 *
 * @example
 * ```ts
 * logger.info("Started", activityLogAttributes(info));
 * ```
 */
export function activityLogAttributes(info: Info): Record<string, unknown> {
  return {
    isLocal: info.isLocal,
    attempt: info.attempt,
    namespace: info.namespace,
    taskToken: info.base64TaskToken,
    activityId: info.activityId,
    activityType: info.activityType,
    taskQueue: info.taskQueue,
    ...(info.inWorkflow
      ? {
          workflowId: info.workflowExecution?.workflowId,
          workflowRunId: info.workflowExecution?.runId,
          workflowType: info.workflowType,
        }
      : { activityRunId: info.activityRunId }),
  };
}
