/** Labels of a metric. */
export type MetricTags = Record<string, string | number | boolean>;

/** Whether a metric takes whole numbers or any. */
export type NumericMetricValueType = "int" | "float";

/** The kinds of metrics. */
export type MetricKind = "counter" | "histogram" | "gauge" | "up-down-counter";

/** What all metrics have in common. */
export interface Metric {
  readonly name: string;
  readonly unit?: string | undefined;
  readonly description?: string | undefined;
  readonly kind: MetricKind;
  readonly valueType: NumericMetricValueType;
}

/** A sum that only grows. */
export interface MetricCounter extends Metric {
  readonly kind: "counter";
  readonly valueType: "int";
  /** Adds a non-negative value. */
  add(value: number, extraTags?: MetricTags): void;
  withTags(tags: MetricTags): MetricCounter;
}

/** A distribution of values. */
export interface MetricHistogram extends Metric {
  readonly kind: "histogram";
  /** Records a non-negative value. */
  record(value: number, extraTags?: MetricTags): void;
  withTags(tags: MetricTags): MetricHistogram;
}

/** A value of the moment. */
export interface MetricGauge extends Metric {
  readonly kind: "gauge";
  set(value: number, extraTags?: MetricTags): void;
  withTags(tags: MetricTags): MetricGauge;
}

/** A sum that grows and shrinks. */
export interface MetricUpDownCounter extends Metric {
  readonly kind: "up-down-counter";
  readonly valueType: "int";
  add(value: number, extraTags?: MetricTags): void;
  withTags(tags: MetricTags): MetricUpDownCounter;
}

/** Makes metrics. */
export interface MetricMeter {
  createCounter(name: string, unit?: string, description?: string): MetricCounter;
  /** Default `valueType`: `"int"`. */
  createHistogram(
    name: string,
    valueType?: NumericMetricValueType,
    unit?: string,
    description?: string,
  ): MetricHistogram;
  /** Default `valueType`: `"int"`. */
  createGauge(
    name: string,
    valueType?: NumericMetricValueType,
    unit?: string,
    description?: string,
  ): MetricGauge;
  createUpDownCounter(name: string, unit?: string, description?: string): MetricUpDownCounter;
  /** A meter whose metrics all bear further tags. */
  withTags(tags: MetricTags): MetricMeter;
}

const nothing = (): void => {};

/** A meter whose metrics go nowhere. */
export const noopMetricMeter: MetricMeter = {
  createCounter(name, unit, description): MetricCounter {
    const metric: MetricCounter = {
      name,
      unit,
      description,
      kind: "counter",
      valueType: "int",
      add: nothing,
      withTags: () => metric,
    };
    return metric;
  },
  createHistogram(name, valueType = "int", unit, description): MetricHistogram {
    const metric: MetricHistogram = {
      name,
      unit,
      description,
      kind: "histogram",
      valueType,
      record: nothing,
      withTags: () => metric,
    };
    return metric;
  },
  createGauge(name, valueType = "int", unit, description): MetricGauge {
    const metric: MetricGauge = {
      name,
      unit,
      description,
      kind: "gauge",
      valueType,
      set: nothing,
      withTags: () => metric,
    };
    return metric;
  },
  createUpDownCounter(name, unit, description): MetricUpDownCounter {
    const metric: MetricUpDownCounter = {
      name,
      unit,
      description,
      kind: "up-down-counter",
      valueType: "int",
      add: nothing,
      withTags: () => metric,
    };
    return metric;
  },
  withTags: (): MetricMeter => noopMetricMeter,
};
