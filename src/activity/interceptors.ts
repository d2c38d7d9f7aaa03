import type { MetricTags } from "../common/meter.ts";
import type { Payload } from "../common/payload.ts";
import type { Context } from "./context.ts";

/** Arguments and headers of an activity call. */
export interface ActivityExecuteInput {
  readonly args: unknown[];
  readonly headers: { [name: string]: Payload };
}

/** Attributes that every log line of an activity carries. */
export type GetLogAttributesInput = Record<string, unknown>;

/** Tags that every metric of an activity carries. */
export type GetMetricTagsInput = MetricTags;

/** Intercepts calls from the worker to an activity. */
export interface ActivityInboundCallsInterceptor {
  /** Runs the activity function; what `next` resolves with is its result. */
  execute?(
    input: ActivityExecuteInput,
    next: (input: ActivityExecuteInput) => Promise<unknown>,
  ): Promise<unknown>;
}

/** Intercepts what an activity's log lines and metrics carry. */
export interface ActivityOutboundCallsInterceptor {
  getLogAttributes?(
    input: GetLogAttributesInput,
    next: (input: GetLogAttributesInput) => Record<string, unknown>,
  ): Record<string, unknown>;
  getMetricTags?(input: GetMetricTagsInput, next: (input: GetMetricTagsInput) => MetricTags): MetricTags;
}

/** The interceptors of one activity execution. */
export interface ActivityInterceptors {
  readonly inbound?: ActivityInboundCallsInterceptor | undefined;
  readonly outbound?: ActivityOutboundCallsInterceptor | undefined;
}

/** Makes the interceptors of one activity execution. */
export type ActivityInterceptorsFactory = (context: Context) => ActivityInterceptors;
