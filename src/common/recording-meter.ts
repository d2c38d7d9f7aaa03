import { ValueError } from "./errors.ts";
import type {
  Metric,
  MetricCounter,
  MetricGauge,
  MetricHistogram,
  MetricMeter,
  MetricTags,
  MetricUpDownCounter,
} from "./meter.ts";

/** Takes one value of a metric. */
export type RecordMetric = (metric: Metric, value: number, tags: MetricTags) => void;

interface Sink {
  readonly record: RecordMetric;
  readonly tags: MetricTags;
}

/**
 * A meter whose values all go to one function, with the tags of meter, metric and call laid over each other. Values of
 * counters, histograms and gauges must not be negative.
 *
 * @example
 * ```ts
 * const meter = recordingMeter(({ name }, value, tags) => console.log(name, value, tags));
 * meter.withTags({ region: "eu" }).createCounter("orders").add(1);
 * ```
 */
export function recordingMeter(record: RecordMetric): MetricMeter {
  return meterOf({ record, tags: {} });
}

function meterOf(sink: Sink): MetricMeter {
  return {
    createCounter: (name, unit, description) =>
      counterOf(sink, { name, unit, description, kind: "counter", valueType: "int" }),
    createHistogram: (name, valueType = "int", unit, description) =>
      histogramOf(sink, { name, unit, description, kind: "histogram", valueType }),
    createGauge: (name, valueType = "int", unit, description) =>
      gaugeOf(sink, { name, unit, description, kind: "gauge", valueType }),
    createUpDownCounter: (name, unit, description) =>
      upDownCounterOf(sink, { name, unit, description, kind: "up-down-counter", valueType: "int" }),
    withTags: (tags) => meterOf(tagged(sink, tags)),
  };
}

const tagged = ({ record, tags }: Sink, more: MetricTags): Sink => ({ record, tags: { ...tags, ...more } });

function take({ record, tags }: Sink, metric: Metric, value: number, extra: MetricTags | undefined): void {
  if (!(value >= 0) && metric.kind !== "up-down-counter") {
    throw new ValueError(
      `The value for ${metric.kind} '${metric.name}' is ${value}; it must not be negative`,
    );
  }
  record(metric, value, extra === undefined ? tags : { ...tags, ...extra });
}

function counterOf(sink: Sink, metric: Metric & { kind: "counter"; valueType: "int" }): MetricCounter {
  return {
    ...metric,
    add: (value, extra) => take(sink, metric, value, extra),
    withTags: (tags) => counterOf(tagged(sink, tags), metric),
  };
}

function histogramOf(sink: Sink, metric: Metric & { kind: "histogram" }): MetricHistogram {
  return {
    ...metric,
    record: (value, extra) => take(sink, metric, value, extra),
    withTags: (tags) => histogramOf(tagged(sink, tags), metric),
  };
}

function gaugeOf(sink: Sink, metric: Metric & { kind: "gauge" }): MetricGauge {
  return {
    ...metric,
    set: (value, extra) => take(sink, metric, value, extra),
    withTags: (tags) => gaugeOf(tagged(sink, tags), metric),
  };
}

function upDownCounterOf(
  sink: Sink,
  metric: Metric & { kind: "up-down-counter"; valueType: "int" },
): MetricUpDownCounter {
  return {
    ...metric,
    add: (value, extra) => take(sink, metric, value, extra),
    withTags: (tags) => upDownCounterOf(tagged(sink, tags), metric),
  };
}
