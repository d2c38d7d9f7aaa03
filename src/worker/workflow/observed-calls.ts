import type { Logger } from "../../common/logger.ts";
import type { MetricMeter } from "../../common/meter.ts";
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
  readonly #metrics = new Map<string, (value: number, tags: MetricTagsOf) => void>();

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

  #metric(call: Extract<ObservedCall, { kind: "metric" }>): void {
    const { type, name, unit, description } = call.metric;
    const key = `${type} ${name}`;
    let record = this.#metrics.get(key);
    if (record === undefined) {
      const meter = this.#options.metricMeter;
      if (type === "counter") {
        const counter = meter.createCounter(name, unit, description);
        record = (value, tags) => counter.add(value, tags);
      } else if (type === "histogram") {
        const histogram = meter.createHistogram(name, undefined, unit, description);
        record = (value, tags) => histogram.record(value, tags);
      } else {
        const gauge = meter.createGauge(name, undefined, unit, description);
        record = (value, tags) => gauge.set(value, tags);
      }
      this.#metrics.set(key, record);
    }
    record(call.value, { ...call.tags });
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

type MetricTagsOf = Record<string, string | number | boolean>;
