/**
 * What failed runs once more, when everything else has ended. Scenarios follow the clock of a real server on a machine that runs many
 * columns at once: a timer of 100 ms that is answered a second late makes another history, and nothing is wrong. A defect fails both
 * times. What passes then is said loudly, and only a few may: a run with more failures than that is not looked at twice.
 */
import type { Column } from "./columns.ts";
import type { Outcome } from "./table.ts";
import { type Result, verdictOf } from "./verdicts.ts";

/** Scenarios of all columns that may fail and then pass. */
export const MOST_RACED = 5;

/** Runs the scenarios of these names on a column. */
export type RunNamed = (column: Column, names: readonly string[]) => Promise<readonly Result[]>;

export interface SecondRun {
  readonly outcomes: readonly Outcome[];
  /** Column and scenario of what failed and then passed, with the first error. */
  readonly raced: readonly string[];
}

/** The outcomes with the second results in place of the failed ones. */
export async function secondRun(outcomes: readonly Outcome[], run: RunNamed): Promise<SecondRun> {
  const failed = outcomes.map(({ column, results }) =>
    results.filter((result) => result.missing === undefined && verdictOf(column, result) === "F"),
  );
  const count = failed.reduce((sum, { length }) => sum + length, 0);
  if (count === 0 || count > MOST_RACED) return { outcomes, raced: [] };
  const raced: string[] = [];
  const second: Outcome[] = [];
  for (const [at, outcome] of outcomes.entries()) {
    const names = failed[at]!.map(({ name }) => name);
    const again = names.length === 0 ? [] : await run(outcome.column, names);
    const passed = new Map(again.filter(({ ok }) => ok).map((result) => [result.name, result]));
    const results = outcome.results.map((first) => {
      const better = names.includes(first.name) ? passed.get(first.name) : undefined;
      if (better === undefined) return first;
      raced.push(`${outcome.column.name}: ${first.name} passed when it ran again; at first: ${first.error}`);
      return better;
    });
    second.push({ ...outcome, results });
  }
  return { outcomes: second, raced };
}
