/** What workers of this process log and measure: the runtime is installed once, and cases look for what is theirs. */
import type { MetricMeter, MetricTags } from "perdure/common";
import { DefaultLogger, type LogEntry, Runtime } from "perdure/worker";

/** A value of a metric. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly tags: MetricTags;
}

const lines: LogEntry[] = [];
const values: Measured[] = [];
/** Enough for what cases ask about just after it happened. */
const KEPT = 5_000;

function keep<T>(list: T[], item: T): void {
  if (list.length === KEPT) list.shift();
  list.push(item);
}

/** Log lines that say all this of themselves, oldest first. */
export function linesOf(wanted: Readonly<Record<string, string>>): readonly LogEntry[] {
  return lines.filter(({ meta }) => Object.entries(wanted).every(([key, value]) => meta?.[key] === value));
}

/** Values of metrics of one task queue, oldest first. */
export function valuesOf(taskQueue: string): readonly Measured[] {
  return values.filter(({ tags }) => tags["taskQueue"] === taskQueue);
}

/** A meter that keeps values with all their tags. */
function meterWith(outer: MetricTags): MetricMeter {
  const metric = <Kind extends string, Value extends string>(
    name: string,
    about: { readonly kind: Kind; readonly valueType: Value; readonly unit: string | undefined },
    own: MetricTags,
  ) => {
    const take = (value: number, tags: MetricTags = {}): void =>
      keep(values, { name, value, tags: { ...outer, ...own, ...tags } });
    return { name, ...about, add: take, record: take, set: take };
  };
  const make = <Kind extends string, Value extends string>(
    name: string,
    about: { readonly kind: Kind; readonly valueType: Value; readonly unit: string | undefined },
    own: MetricTags = {},
  ): ReturnType<typeof metric<Kind, Value>> & { withTags(tags: MetricTags): never } => ({
    ...metric(name, about, own),
    withTags: (tags) => make(name, about, { ...own, ...tags }) as never,
  });
  return {
    createCounter: (name, unit) => make(name, { kind: "counter", valueType: "int", unit }),
    createHistogram: (name, valueType = "int", unit) => make(name, { kind: "histogram", valueType, unit }),
    createGauge: (name, valueType = "int", unit) => make(name, { kind: "gauge", valueType, unit }),
    createUpDownCounter: (name, unit) => make(name, { kind: "up-down-counter", valueType: "int", unit }),
    withTags: (tags) => meterWith({ ...outer, ...tags }),
  };
}

/** Installs the runtime of this process; before the first worker. */
export function installObservedRuntime(): void {
  const shown = new DefaultLogger();
  const logger = new DefaultLogger("DEBUG", (entry) => {
    keep(lines, entry);
    shown.log(entry.level, entry.message, entry.meta);
  });
  Runtime.install({ logger, metricMeter: meterWith({}) });
}
