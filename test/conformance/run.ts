/**
 * `run.ts [columns] [--full] [--record] [--lanes n] [words]`: runs the scenarios on each of the columns that `columns.ts` lists, by
 * default on all: runtimes, the server at TEMPORAL_ADDRESS (its HTTP port at TEMPORAL_HTTP_ADDRESS) or an embedded one, protocols
 * of the client. Columns of a core set run all with `--full`. Prints a table and writes the counts for `test/run.ts`; `--record`
 * also notes them in `report.json`. Known failures are listed with reasons; one that passes is a failure too.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { chromiumCommand } from "../harness/chromium-command.ts";
import { runtimeCommand, typescriptArguments } from "../harness/runtimes.ts";
import { COLUMNS, type Column } from "./columns.ts";
import { coreOf } from "./core-scenarios.ts";
import { recordOutcomes, unrecorded } from "./report.ts";
import { type Wanted, wantedOf } from "./run-arguments.ts";
import { secondRun } from "./second-run.ts";
import { type Outcome, tableText } from "./table.ts";
import { idleKnownFailures, knownFailure, type Plan, type Result, verdictOf } from "./verdicts.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const reports = `${root}.cache/reports`;

/** Which scenarios: those that the user named, by default all, or the core set, by their exact names. */
function selection(column: Column, { full, words }: Wanted): readonly string[] {
  if (words.length > 0) return words;
  if (column.ci === "all" || full) return [];
  const core = coreOf(column).map((name) => `=${name}`);
  return column.ci === "third" ? [...core, "*3"] : core;
}

function environmentOf({ name, server, client, host }: Column): Record<string, string> {
  const histories = process.env["SAVE_HISTORIES"];
  return {
    ...(server === "embedded" && { TEMPORAL_ADDRESS: "embedded" }),
    ...(host !== undefined && { CLIENT_HOST: host }),
    CLIENT_PROTOCOL: client,
    // What a client speaks is not seen in a history.
    SAVE_HISTORIES: histories && client === "grpc" ? join(histories, name) : "",
  };
}

type Ran = Omit<Outcome, "column" | "seconds">;

function notStarted(result: Pick<Result, "error" | "missing">): Ran {
  const results = [{ name: "(start of the runner)", ok: false, ms: 0, ...result }];
  return { version: "", scenarios: [], results };
}

async function runOn(column: Column, words: readonly string[]): Promise<Ran> {
  const { name, runtime, host } = column;
  let command: string;
  try {
    command = runtimeCommand(runtime);
    // Installed here, where only one column at a time is.
    if (host === "chromium") chromiumCommand();
    else if (host !== undefined) runtimeCommand(host);
  } catch (error) {
    return notStarted({ missing: String(error) });
  }
  const report = `${reports}/conformance-${name}.jsonl`;
  rmSync(report, { force: true });
  const args = [...typescriptArguments(runtime), "test/conformance/runner.ts", report];
  const child = spawn(command, [...args, ...words], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 15 * 60_000,
    env: { ...process.env, ...environmentOf(column) },
  });
  const [status, signal] = (await once(child, "exit")) as [number | null, string | null];
  const lines = existsSync(report) ? readFileSync(report, "utf8").trim().split("\n").filter(Boolean) : [];
  const why = `the process ended (status ${status}, signal ${signal}) before it finished`;
  if (lines.length === 0) return notStarted({ error: why });
  const { planned, all, version } = JSON.parse(lines[0]!) as Plan;
  const results = lines.slice(1).map((line) => JSON.parse(line) as Result);
  const done = new Set(results.map((result) => result.name));
  const lost = planned.filter((scenario) => !done.has(scenario));
  return {
    version,
    scenarios: all,
    results: [...results, ...lost.map((scenario) => ({ name: scenario, ok: false, ms: 0, error: why }))],
  };
}

/** Some at a time: columns with the real server wait for it most of their time. */
async function runColumns(wanted: Wanted): Promise<readonly Outcome[]> {
  const outcomes = new Map<Column, Outcome>();
  const order = ["all", "third", "core"];
  const longestFirst = [...wanted.columns].sort((a, b) => order.indexOf(a.ci) - order.indexOf(b.ci));
  const queue = longestFirst[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (const column of queue) {
      const start = performance.now();
      const ran = await runOn(column, selection(column, wanted));
      const seconds = (performance.now() - start) / 1000;
      outcomes.set(column, { column, seconds, ...ran });
      console.log(`${column.name}: ${seconds.toFixed(1)} s`);
    }
  };
  await Promise.all(Array.from({ length: wanted.lanes }, lane));
  return wanted.columns.map((column) => outcomes.get(column)!);
}

interface Count {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: string[];
}

/** Tells what the table cannot, and counts. */
function tell({ column, results }: Outcome, count: Count): void {
  const fail = (text: string): void => {
    count.failed++;
    count.failures.push(text);
    console.log(`\n${text}`);
  };
  for (const result of results) {
    const verdict = verdictOf(column, result);
    const what = `${column.name}: ${result.name}`;
    if (verdict === "+") count.passed++;
    else if (verdict === "F") fail(`${what} failed: ${result.error ?? result.missing}`);
    else if (verdict === "P")
      fail(`${what} passes but is listed as a known failure: ${knownFailure(column, result.name)}`);
    else if (verdict !== "/") count.skipped++;
    if (verdict === "?") console.log(`\nNOT RUN: ${what}: ${result.missing}`);
  }
}

/** Known failures that every column of a kind shares are said once. */
function tellKnown(outcomes: readonly Outcome[]): void {
  const lines = new Set<string>();
  for (const { column, results } of outcomes) {
    for (const result of results) {
      if (verdictOf(column, result) === "k")
        lines.add(`${result.name} fails as known: ${knownFailure(column, result.name)}`);
    }
  }
  if (lines.size > 0) console.log(`\n${[...lines].sort().join("\n")}`);
}

async function main(): Promise<void> {
  const wanted = wantedOf(process.argv.slice(2), COLUMNS);
  mkdirSync(reports, { recursive: true });
  const { outcomes, raced } = await secondRun(await runColumns(wanted), async (column, names) => {
    const { results } = await runOn(
      column,
      names.map((name) => `=${name}`),
    );
    return results;
  });
  console.log(tableText(outcomes));
  const count: Count = { passed: 0, failed: 0, skipped: 0, failures: [] };
  tellKnown(outcomes);
  for (const outcome of outcomes) tell(outcome, count);
  const all = outcomes.find(({ scenarios }) => scenarios.length > 0)?.scenarios;
  for (const complaint of all ? idleKnownFailures(COLUMNS, new Set(all)) : []) {
    const text = `test/conformance/known-failures.json: ${complaint}`;
    count.failed++;
    count.failures.push(text);
    console.log(`\n${text}`);
  }
  for (const what of raced) console.log(`\nRACED: ${what}`);
  if (wanted.record) recordOutcomes(outcomes);
  const missing = unrecorded(all ?? []);
  if (missing.length > 0)
    console.log(
      `\nSTALE: report.json does not have ${missing.length} scenarios (npm run conformance -- --full --record): ` +
        missing.slice(0, 5).join(", "),
    );
  writeFileSync(`${reports}/conformance.json`, JSON.stringify({ ...count, raced }));
  console.log(
    `\nconformance: ${count.passed} passed, ${count.failed} failed, ${count.skipped} known failures or not run`,
  );
  process.exitCode = count.failed > 0 ? 1 : 0;
}

await main();
