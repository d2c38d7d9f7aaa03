/** The numbers of the transports, and the tables that show them. */
import { median } from "../server/report.ts";

/** One column group of a table: a kind of call at one width. */
export interface Load {
  readonly operation: "unary" | "workflow";
  /** How many at a time. */
  readonly width: number;
  /** How many make one measurement. */
  readonly count: number;
  /** How many come before all measurements: what is compiled while it runs is compiled then. */
  readonly warmUp: number;
}

/** One client: a runtime and a protocol, or the official one. */
export interface Subject {
  readonly name: string;
  /** What its calls are compared with, and how much of that they may take, by load. Nothing: they are only shown. */
  readonly against?: {
    readonly name: string;
    /** Its name in the row. */
    readonly label: string;
    readonly most: (load: Load) => number;
  };
}

/** Collects measurements, and knows their medians. */
export class Measurements {
  readonly #values = new Map<string, number[]>();

  add(load: Load, name: string, cpuUs: number): void {
    const key = keyOf(load, name);
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, [cpuUs]);
    else values.push(cpuUs);
  }

  median(load: Load, name: string): number | undefined {
    const values = this.#values.get(keyOf(load, name));
    return values === undefined ? undefined : median(values);
  }

  /** The median of the ratios of measurements that were taken one after the other: load that comes and goes is in both. */
  ratio(load: Load, name: string, against: string): number | undefined {
    const [values, others] = [name, against].map((each) => this.#values.get(keyOf(load, each)));
    if (values === undefined || others === undefined) return undefined;
    return median(values.map((value, round) => value / (others[round] ?? Number.NaN)));
  }
}

function keyOf({ operation, width }: Load, name: string): string {
  return `${operation} ${width} ${name}`;
}

/** One table in Markdown. */
export function table(load: Load, subjects: readonly Subject[], measured: Measurements): string {
  const lines = [
    "| client | µs | against | µs | ratio | to reach | reached |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const { name, against } of subjects) {
    const cpuUs = measured.median(load, name);
    if (cpuUs === undefined) continue;
    const other = against && measured.median(load, against.name);
    const ratio = against && measured.ratio(load, name, against.name);
    if (against === undefined || other === undefined || ratio === undefined) {
      lines.push(`| ${name} | ${digits(cpuUs)} | | | | | |`);
      continue;
    }
    const most = against.most(load);
    const reached = ratio <= most ? "yes" : "no";
    lines.push(
      `| ${name} | ${digits(cpuUs)} | ${against.label} | ${digits(other)} | ${ratio.toFixed(2)} | ≤ ${most.toFixed(2)} | ${reached} |`,
    );
  }
  return lines.join("\n");
}

function digits(value: number): string {
  return value.toFixed(value >= 100 ? 0 : 1);
}
