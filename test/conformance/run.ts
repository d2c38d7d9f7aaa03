/**
 * `run.ts [columns] [--full] [words]`: runs the scenarios on each of the columns that `columns.ts` lists, by default on all: runtimes, the
 * server at TEMPORAL_ADDRESS (its HTTP port at TEMPORAL_HTTP_ADDRESS) or an embedded one, protocols of the client. Columns of a core set run
 * all with `--full`. Prints a table and writes the counts for `test/run.ts`. Known failures are listed with reasons; one that
 * passes is a failure too.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type RuntimeName, runtimeCommand } from "../harness/runtimes.ts";
import { COLUMN_NAMES, COLUMNS, type ColumnName } from "./columns.ts";
import { coreScenarios } from "./core-scenarios.ts";

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly error?: string;
  /** Why it was not run. */
  readonly missing?: string;
}

type Verdict = "ok" | "FAILED" | "known" | "PASSED" | "NOT RUN";

/** Says that columns of a core set run all scenarios. */
const FULL = "--full";

const root = fileURLToPath(new URL("../..", import.meta.url));
const reports = `${root}.cache/reports`;
const known = JSON.parse(readFileSync(`${root}test/conformance/known-failures.json`, "utf8")) as Record<
  ColumnName,
  Record<string, string>
>;

function runnerArguments(name: RuntimeName): readonly string[] {
  const file = "test/conformance/runner.ts";
  if (name === "node") return ["--import", "tsx", file];
  if (name === "bun") return ["run", file];
  return ["run", "--allow-all", "--quiet", "--no-check", file];
}

/** Which scenarios: those that the user named, by default all, or the core set, by their exact names. */
function selection(column: ColumnName, words: readonly string[]): readonly string[] {
  const named = words.filter((word) => word !== FULL);
  if (named.length > 0) return named;
  return COLUMNS[column].core && !words.includes(FULL) ? coreScenarios.map((name) => `=${name}`) : [];
}

async function runOn(column: ColumnName, words: readonly string[]): Promise<Result[]> {
  const { runtime: name, server, client } = COLUMNS[column];
  const report = `${reports}/conformance-${column}.jsonl`;
  rmSync(report, { force: true });
  const child = spawn(runtimeCommand(name), [...runnerArguments(name), report, ...selection(column, words)], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 15 * 60_000,
    env: {
      ...process.env,
      ...(server === "embedded" && { TEMPORAL_ADDRESS: "embedded" }),
      CLIENT_PROTOCOL: client,
    },
  });
  const [status, signal] = (await once(child, "exit")) as [number | null, string | null];
  const lines = existsSync(report) ? readFileSync(report, "utf8").trim().split("\n").filter(Boolean) : [];
  const [plan, ...results] = lines.map((line) => JSON.parse(line) as Result & { planned?: string[] });
  const done = new Set(results.map((result) => result.name));
  const why = `the process ended (status ${status}, signal ${signal}) before it finished`;
  const missing = (plan?.planned ?? ["(start of the runner)"]).filter((scenario) => !done.has(scenario));
  return [...results, ...missing.map((scenario) => ({ name: scenario, ok: false, ms: 0, error: why }))];
}

function verdict(runtime: ColumnName, result: Result): Verdict {
  // What is compulsory fails when it cannot be run.
  if (result.missing !== undefined) return process.env["CI"] === "true" ? "FAILED" : "NOT RUN";
  const expected = known[runtime][result.name] !== undefined;
  if (result.ok) return expected ? "PASSED" : "ok";
  return expected ? "known" : "FAILED";
}

function table(byRuntime: ReadonlyMap<ColumnName, readonly Result[]>): string {
  const names = [...new Set([...byRuntime.values()].flat().map(({ name }) => name))].sort();
  const width = Math.max(...names.map((name) => name.length));
  const rows = names.map((name) => {
    const cells = [...byRuntime].map(([runtime, results]) => {
      const result = results.find((one) => one.name === name);
      return (result ? `${verdict(runtime, result)} ${result.ms} ms` : "-").padEnd(18);
    });
    return `${name.padEnd(width)}  ${cells.join("")}`.trimEnd();
  });
  return [
    `${"scenario".padEnd(width)}  ${[...byRuntime.keys()].map((name) => name.padEnd(18)).join("")}`,
    ...rows,
  ].join("\n");
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const columns = COLUMN_NAMES.filter((name) => words.includes(name));
  const filters = words.filter((word) => !COLUMN_NAMES.includes(word as ColumnName));
  mkdirSync(reports, { recursive: true });
  const byRuntime = new Map<ColumnName, readonly Result[]>();
  const wanted = columns.length > 0 ? columns : COLUMN_NAMES;
  const lane = async (names: readonly ColumnName[]): Promise<void> => {
    for (const name of names) {
      const start = performance.now();
      byRuntime.set(name, await runOn(name, filters));
      console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
  };
  // Two at a time: the long columns wait for the real server most of their time.
  const isLong = (name: ColumnName): boolean => COLUMNS[name].server === "real" && !COLUMNS[name].core;
  await Promise.all([lane(wanted.filter(isLong)), lane(wanted.filter((name) => !isLong(name)))]);
  console.log(table(new Map(wanted.map((name) => [name, byRuntime.get(name) ?? []]))));
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const [runtime, results] of byRuntime) {
    for (const result of results) {
      const found = verdict(runtime, result);
      if (found === "ok") count.passed++;
      else if (found === "known" || found === "NOT RUN") count.skipped++;
      else count.failed++;
      if (found === "FAILED")
        console.log(`\n${runtime}: ${result.name} failed: ${result.error ?? result.missing}`);
      if (found === "PASSED")
        console.log(
          `\n${runtime}: ${result.name} passes but is listed as a known failure: ${known[runtime][result.name]}`,
        );
      if (found === "known")
        console.log(`\n${runtime}: ${result.name} fails as known: ${known[runtime][result.name]}`);
    }
  }
  const left = [...byRuntime].flatMap(([name, results]) => results.map((result) => ({ name, result })));
  for (const { name, result } of left.filter(({ name, result }) => verdict(name, result) === "NOT RUN"))
    console.log(`NOT RUN on ${name}: ${result.name}: ${result.missing}`);
  writeFileSync(`${reports}/conformance.json`, JSON.stringify(count));
  console.log(
    `\nconformance: ${count.passed} passed, ${count.failed} failed, ${count.skipped} known failures or not run`,
  );
  process.exitCode = count.failed > 0 ? 1 : 0;
}

await main();
