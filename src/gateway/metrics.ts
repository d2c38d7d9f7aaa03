import { grpcStatusName } from "../platform/rpc-port.ts";

/** So many series of one kind are kept; the rest counts under `other`, so that callers cannot fill the memory. */
const MAX_SERIES = 2_000;
const BUCKETS_S: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** A call that has ended, as metrics count it. */
export interface CallMeasure {
  readonly method: string;
  readonly namespace: string;
  readonly status: number;
  readonly durationMs: number;
  /** A poll, or a call that may take as long. */
  readonly long: boolean;
}

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** Counts calls, and writes them as Prometheus reads them. */
export class GatewayMetrics {
  readonly #calls = new Map<string, number>();
  readonly #durations = new Map<string, Histogram>();
  readonly #inFlight = { long: 0, short: 0 };
  readonly #connections = { open: 0, refused: 0 };

  connectionOpened(): void {
    this.#connections.open += 1;
  }

  connectionClosed(): void {
    this.#connections.open -= 1;
  }

  connectionRefused(): void {
    this.#connections.refused += 1;
  }

  begin(long: boolean): void {
    this.#inFlight[long ? "long" : "short"] += 1;
  }

  end({ method, namespace, status, durationMs, long }: CallMeasure): void {
    this.#inFlight[long ? "long" : "short"] -= 1;
    const code = grpcStatusName(status);
    const labels = labelsOf({ method, namespace, code });
    const known = this.#calls.has(labels) || this.#calls.size < MAX_SERIES;
    const key = known ? labels : labelsOf({ method, namespace: "other", code });
    this.#calls.set(key, (this.#calls.get(key) ?? 0) + 1);
    this.#observe(labelsOf({ method, long: String(long) }), durationMs / 1000);
  }

  /** All of it, in Prometheus' text format. */
  text(): string {
    const lines = [
      "# HELP perdure_gateway_calls_total Calls that have ended.",
      "# TYPE perdure_gateway_calls_total counter",
      ...[...this.#calls].map(([labels, count]) => `perdure_gateway_calls_total{${labels}} ${count}`),
      "# HELP perdure_gateway_in_flight Calls under way; long are polls and those that may take as long.",
      "# TYPE perdure_gateway_in_flight gauge",
      `perdure_gateway_in_flight{long="true"} ${this.#inFlight.long}`,
      `perdure_gateway_in_flight{long="false"} ${this.#inFlight.short}`,
      "# HELP perdure_gateway_connections Connections that are open, of all ports.",
      "# TYPE perdure_gateway_connections gauge",
      `perdure_gateway_connections ${this.#connections.open}`,
      "# HELP perdure_gateway_connections_refused_total Connections for which there was no room.",
      "# TYPE perdure_gateway_connections_refused_total counter",
      `perdure_gateway_connections_refused_total ${this.#connections.refused}`,
      "# HELP perdure_gateway_call_duration_seconds How long calls took.",
      "# TYPE perdure_gateway_call_duration_seconds histogram",
      ...[...this.#durations].flatMap(([labels, histogram]) => histogramLines(labels, histogram)),
    ];
    return `${lines.join("\n")}\n`;
  }

  #observe(labels: string, seconds: number): void {
    let histogram = this.#durations.get(labels);
    if (histogram === undefined) {
      histogram = { counts: BUCKETS_S.map(() => 0), sum: 0, count: 0 };
      this.#durations.set(labels, histogram);
    }
    const at = BUCKETS_S.findIndex((bound) => seconds <= bound);
    if (at >= 0) histogram.counts[at] = (histogram.counts[at] ?? 0) + 1;
    histogram.sum += seconds;
    histogram.count += 1;
  }
}

function histogramLines(labels: string, { counts, sum, count }: Histogram): string[] {
  const name = "perdure_gateway_call_duration_seconds";
  let below = 0;
  const buckets = BUCKETS_S.map((bound, index) => {
    below += counts[index] ?? 0;
    return `${name}_bucket{${labels},le="${bound}"} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(",");
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
