import type { Logger } from "../../common/logger.ts";
import type { MetricMeter, MetricTags } from "../../common/meter.ts";
import type { ObservedCall } from "../../engine/protocol.ts";
import type { InjectedSinks } from "../sinks.ts";
import { toWorkflowInfo } from "./to-workflow-info.ts";

/** Where log lines, metrics and sink calls of workflow code go. */
export interface ObservedCallsOptions {
  readonly logger: Logger;
  readonly metricMeter: MetricMeter;
  readonly sinks: InjectedSinks;
}

/** Carries out what workflow code logged, measured and sent to sinks; the replay rule was applied in the thread. */
export class ObservedCalls {
  readonly #options: ObservedCallsOptions;
  readonly #metrics = new Map<string, Recorder>();

  constructor(options: ObservedCallsOptions) {
    this.#options = options;
  }

  dispatch(runId: string, calls: readonly ObservedCall[]): void {
    for (const call of calls) {
      switch (call.kind) {
        case "log":
          this.#options.logger.log(call.level, call.message, { ...call.attributes });
          break;
        case "metric":
          this.#metric(call);
          break;
        case "sink":
          this.#sink(runId, call);
          break;
      }
    }
  }

  #metric({ metric, value, tags }: Extract<ObservedCall, { kind: "metric" }>): void {
    const key = `${metric.type} ${metric.name}`;
    let record = this.#metrics.get(key);
    if (record === undefined) {
      record = recorderOf(this.#options.metricMeter, metric);
      this.#metrics.set(key, record);
    }
    record(value, { ...tags });
  }

  #sink(runId: string, call: Extract<ObservedCall, { kind: "sink" }>): void {
    const failed = (error: unknown): void => {
      this.#options.logger.error("External sink function threw an error", {
        ifaceName: call.sink,
        fnName: call.fn,
        error,
        workflowInfo: call.workflowInfo,
      });
    };
    const sink = this.#options.sinks[call.sink]?.[call.fn];
    if (sink === undefined) {
      failed(new Error(`Run ${runId} called sink ${call.sink}.${call.fn}, which this worker does not have`));
      return;
    }
    try {
      // The arguments are what the workflow passed: their types are a matter between it and the sink.
      Promise.resolve(sink.fn(toWorkflowInfo(call.workflowInfo), ...(call.args as never[]))).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

type Recorder = (value: number, tags: MetricTags) => void;

function recorderOf(
  meter: MetricMeter,
  { type, name, valueType, unit, description }: Extract<ObservedCall, { kind: "metric" }>["metric"],
): Recorder {
  switch (type) {
    case "counter": {
      const counter = meter.createCounter(name, unit, description);
      return (value, tags) => counter.add(value, tags);
    }
    case "histogram": {
      const histogram = meter.createHistogram(name, valueType, unit, description);
      return (value, tags) => histogram.record(value, tags);
    }
    case "gauge": {
      const gauge = meter.createGauge(name, valueType, unit, description);
      return (value, tags) => gauge.set(value, tags);
    }
    case "up-down-counter": {
      const counter = meter.createUpDownCounter(name, unit, description);
      return (value, tags) => counter.add(value, tags);
    }
  }
}
