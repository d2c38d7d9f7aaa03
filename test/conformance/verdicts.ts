/** What came of a scenario on a column, measured against what is known to fail there. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { type Column, traitsOf } from "./columns.ts";

/** A line of the runner's report. */
export interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly error?: string;
  /** Why it was not run: something is not installed. */
  readonly missing?: string;
  /** Why it is not for this column. */
  readonly apart?: string;
}

/** The first line of the runner's report. */
export interface Plan {
  readonly planned: readonly string[];
  /** The names of all scenarios. */
  readonly all: readonly string[];
  /** The runtime's name and version. */
  readonly version: string;
}

/** One letter each, as tables and `report.json` have them. */
export type Verdict = keyof typeof VERDICTS;

export const VERDICTS = {
  "+": "passed",
  k: "fails as known",
  F: "FAILED",
  P: "PASSES, but is listed as a known failure",
  "?": "NOT RUN: something is not installed",
  "/": "has no part for a client alone",
  ".": "not in this run: --full runs all",
} as const;

type KnownFailures = Readonly<Record<string, Readonly<Record<string, string>>>>;

const known = JSON.parse(
  readFileSync(new URL("known-failures.json", import.meta.url), "utf8"),
) as KnownFailures;

/** The reason why a scenario is known to fail on a column; undefined when it must pass. */
export function knownFailure(column: Column, scenario: string): string | undefined {
  return traitsOf(column)
    .map((trait) => known[trait]?.[scenario])
    .find((reason) => reason !== undefined);
}

/** What of known-failures.json speaks of no column, or of no scenario: a list of complaints. */
export function idleKnownFailures(columns: readonly Column[], scenarios: ReadonlySet<string>): string[] {
  const traits = new Set(columns.flatMap(traitsOf));
  return Object.entries(known).flatMap(([trait, reasons]) => [
    ...(traits.has(trait) ? [] : [`"${trait}" is no column, nor anything that columns have in common`]),
    ...Object.keys(reasons)
      .filter((scenario) => !scenarios.has(scenario))
      .map((scenario) => `there is no scenario "${scenario}" (under "${trait}")`),
  ]);
}

export function verdictOf(column: Column, result: Result): Verdict {
  if (result.apart !== undefined) return "/";
  // What is compulsory fails when it cannot be run.
  if (result.missing !== undefined) return process.env["CI"] === "true" ? "F" : "?";
  const isKnown = knownFailure(column, result.name) !== undefined;
  if (result.ok) return isKnown ? "P" : "+";
  return isKnown ? "k" : "F";
}
