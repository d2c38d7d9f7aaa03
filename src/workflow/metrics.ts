import type { MetricKind, MetricMeter, MetricTags, NumericMetricValueType } from "../common/meter.ts";
import { recordingMeter } from "../common/recording-meter.ts";
import { composeInterceptors } from "./runtime/compose-interceptors.ts";
import { requireRun } from "./runtime/current.ts";

/** A value of a metric as it goes to the host. */
export interface MetricCall {
  readonly kind: "metric";
  readonly metric: {
    readonly type: MetricKind;
    readonly valueType: NumericMetricValueType;
    readonly name: string;
    readonly unit?: string | undefined;
    readonly description?: string | undefined;
  };
  readonly value: number;
  readonly tags: MetricTags;
}

const meter = recordingMeter((metric, value, tags) => {
  const run = meterRun();
  if (run.info.unsafe.isReplaying) return;
  const gather = composeInterceptors(run.interceptors.outbound, "getMetricTags", (given) => given);
  const all = { ...gather({ workflowType: run.info.workflowType }), ...tags };
  const { kind: type, name, unit, description, valueType } = metric;
  const call: MetricCall = {
    kind: "metric",
    metric: { type, valueType, name, unit, description },
    value,
    tags: all,
  };
  run.host.observe(run.runId, call);
});

const meterRun = (): ReturnType<typeof requireRun> =>
  requireRun("Workflow.metricMeter may only be used from workflow context.");

/**
 * Makes metrics of a workflow, which go to the meter of the worker's `Runtime`. Values of a replay are dropped, so each counts
 * once. Namespace, task queue and workflow type go with each value as tags.
 *
 * @throws {IllegalStateError} outside of a workflow
 * @throws {ValueError} when a value is negative that may not be
 * @example
 * ```ts
 * metricMeter.createCounter("orders_charged", "orders", "Orders that were paid").add(1, { currency });
 * ```
 */
export const metricMeter: MetricMeter = {
  createCounter: (...args) => inContext().createCounter(...args),
  createHistogram: (...args) => inContext().createHistogram(...args),
  createGauge: (...args) => inContext().createGauge(...args),
  createUpDownCounter: (...args) => inContext().createUpDownCounter(...args),
  withTags: (tags) => inContext().withTags(tags),
};

function inContext(): MetricMeter {
  meterRun();
  return meter;
}
