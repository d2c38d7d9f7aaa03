/**
 * What was recorded of whole runs, in `report.json`: README's table is made from it. Each run with `--record` writes the cells that it
 * ran and leaves the others as they are.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Column } from "./columns.ts";
import type { Outcome } from "./table.ts";
import { type Verdict, verdictOf } from "./verdicts.ts";

/** A column as it was recorded. */
export interface RecordedColumn {
  /** The runtime's name and version. */
  readonly version: string;
  /** One verdict for each of the report's scenarios, in their order; `.` where none was recorded. */
  readonly verdicts: string;
}

/** Histories recorded on one column, as one runtime replayed them. */
export interface RecordedReplay {
  readonly passed: number;
  readonly failed: readonly string[];
}

export interface Report {
  readonly scenarios: readonly string[];
  readonly columns: Readonly<Record<string, RecordedColumn>>;
  /** By who replayed ("deno", "deno inline"), then by the column that recorded. */
  readonly replays: Readonly<Record<string, Readonly<Record<string, RecordedReplay>>>>;
}

const file = new URL("report.json", import.meta.url);
const EMPTY: Report = { scenarios: [], columns: {}, replays: {} };

export function readReport(): Report {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : EMPTY;
}

export function writeReport(report: Report): void {
  const sorted = <T>(of: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { scenarios, columns, replays } = report;
  const text = JSON.stringify({ scenarios, columns: sorted(columns), replays: sorted(replays) }, null, 1);
  writeFileSync(file, `${text}\n`);
}

/** The verdict of a cell; `.` when it was not recorded. */
export function recordedVerdict(report: Report, column: Column, scenario: string): Verdict {
  const at = report.scenarios.indexOf(scenario);
  // Written by `recordOutcomes`.
  return (report.columns[column.name]?.verdicts[at] ?? ".") as Verdict;
}

/** Which of the present scenarios the report does not have. */
export function unrecorded(all: readonly string[]): readonly string[] {
  const known = new Set(readReport().scenarios);
  return all.filter((scenario) => !known.has(scenario));
}

/** Notes the cells of a run. What failed is not noted: the run says so, and the cell stays open until it passes or is known to fail. */
export function recordOutcomes(outcomes: readonly Outcome[]): void {
  const before = readReport();
  const all = outcomes.find(({ scenarios }) => scenarios.length > 0)?.scenarios;
  if (all === undefined) return;
  const scenarios = [...all].sort();
  const columns = Object.fromEntries(
    Object.entries(before.columns).map(([name, { version, verdicts }]) => {
      const old = new Map(before.scenarios.map((scenario, at) => [scenario, verdicts[at]]));
      return [name, { version, verdicts: scenarios.map((one) => old.get(one) ?? ".").join("") }];
    }),
  );
  for (const { column, version, results } of outcomes) {
    const verdictsOf = results.map((result) => [result.name, verdictOf(column, result)] as const);
    const found = new Map(
      verdictsOf.map(([name, verdict]) => [name, "FP".includes(verdict) ? "." : verdict]),
    );
    const old = columns[column.name]?.verdicts;
    const verdicts = scenarios.map((scenario, at) => found.get(scenario) ?? old?.[at] ?? ".").join("");
    columns[column.name] = { version, verdicts };
  }
  writeReport({ ...before, scenarios, columns });
}
