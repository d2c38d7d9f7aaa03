/**
 * Sums up which transitions of the machines' tables the tests took: each file of `test/core` tells those that it took, and
 * `test/core/state-coverage.test.ts` tells all that there are. Writes what to print to the file that `STATE_COVERAGE` names.
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import type { Reporter, TestModule } from "vitest/node";

/** The tables of machines, as their one test file tells them. */
export interface MachineTables {
  /** All transitions, by the name of the table. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Why no test takes a transition, by its name. */
  readonly reasons: Readonly<Record<string, string>>;
}

declare module "vitest" {
  interface TaskMeta {
    machineTables?: MachineTables;
    transitionsTaken?: readonly string[];
  }
}

/** What is printed of the tables, and what is wrong. */
export interface StateCoverage {
  readonly lines: readonly string[];
  readonly failures: readonly string[];
}

/** `Timer.Created.cancel`: what a transition goes by in lists. */
export function transitionName(machine: string, from: string, input: string): string {
  return `${machine}.${from}.${input}`;
}

/** Counts per table what was taken, and lists what never was, each with its reason. */
export function sumUp({ tables, reasons }: MachineTables, taken: ReadonlySet<string>): StateCoverage {
  const lines: string[] = [];
  const failures: string[] = [];
  for (const [table, transitions] of Object.entries(tables)) {
    const never = transitions.filter((transition) => !taken.has(transition));
    const count = transitions.length - never.length;
    lines.push(`${table.padEnd(24)} ${pad(transitions.length)} transitions, ${pad(count)} taken`);
    for (const transition of never) {
      const reason = reasons[transition];
      lines.push(`  never taken: ${transition}: ${reason ?? "NO REASON"}`);
      if (reason === undefined) failures.push(`no test takes ${transition}, and no reason is given`);
    }
  }
  const all = new Set(Object.values(tables).flat());
  for (const transition of Object.keys(reasons)) {
    if (!all.has(transition)) failures.push(`${transition} has a reason and is in no table`);
    else if (taken.has(transition)) failures.push(`${transition} has a reason not to be taken and is taken`);
  }
  for (const transition of taken)
    if (!all.has(transition)) failures.push(`${transition} was taken and is in no table`);
  const never = [...all].filter((transition) => !taken.has(transition)).length;
  lines.push(`${Object.keys(tables).length} tables, ${all.size} transitions, ${never} never taken`);
  return { lines, failures };
}

function pad(count: number): string {
  return String(count).padStart(3);
}

export default class StateCoverageReporter implements Reporter {
  onTestRunEnd(files: readonly TestModule[]): void {
    const path = process.env["STATE_COVERAGE"];
    if (path === undefined) return;
    const metas = files.map((file) => file.meta());
    const tables = metas.find(({ machineTables }) => machineTables !== undefined)?.machineTables;
    const taken = new Set(metas.flatMap(({ transitionsTaken }) => transitionsTaken ?? []));
    const nothing = { lines: [], failures: ["test/core/state-coverage.test.ts told no tables"] };
    writeFileSync(path, JSON.stringify(tables === undefined ? nothing : sumUp(tables, taken)));
  }
}
