/**
 * `npm run conformance:replay [-- <folder>] [--record]`: record anywhere, replay anywhere. Each runtime replays, in one process, what
 * all of them recorded (`SAVE_HISTORIES=<folder> npm run conformance`), on workflow threads and in the inline engine. Prints who
 * replayed what and closes with `N passed, N failed, N skipped`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "../../harness/build.ts";
import { type CommandName, runtimeCommand, typescriptArguments } from "../../harness/runtimes.ts";
import { PLACES } from "../columns.ts";
import { type RecordedReplay, readReport, writeReport } from "../report.ts";
import type { ReplayLine } from "./replay-bundles.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** In workerd nothing evaluates text and nothing has threads: the engine is inline, the bundles are part of its script. */
const RUNTIMES: readonly CommandName[] = ["node", "node-22", "node-24", "bun", "deno", "workerd"];

type Replays = Record<string, Record<string, RecordedReplay>>;

/** What one runtime made of the histories; a message when it could not run. */
function replaysOn(runtime: CommandName, folder: string): readonly ReplayLine[] | string {
  const report = `${root}.cache/reports/replay-${runtime}.json`;
  rmSync(report, { force: true });
  const runner = runtime === "workerd" ? "node" : runtime;
  let command: string;
  try {
    runtimeCommand(runtime);
    command = runtimeCommand(runner);
  } catch (error) {
    return String(error);
  }
  const file = runtime === "workerd" ? "workerd/main.ts" : "replay-all.ts";
  const args = [...typescriptArguments(runner), `test/conformance/replay/${file}`, folder, report];
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: "inherit", timeout: 10 * 60_000 });
  if (!existsSync(report)) return `the process ended (status ${status}, signal ${signal}) before it finished`;
  return JSON.parse(readFileSync(report, "utf8")) as readonly ReplayLine[];
}

/** Adds a runtime's lines under "<runtime>" for threads and "<runtime> inline". */
function sum(replays: Replays, runtime: CommandName, lines: readonly ReplayLine[]): void {
  for (const { engine, column, subject, error } of lines) {
    const who = engine === "threads" ? runtime : `${runtime} ${engine}`;
    replays[who] ??= {};
    const row = replays[who];
    const { passed, failed } = row[column] ?? { passed: 0, failed: 0 };
    row[column] = error === undefined ? { passed: passed + 1, failed } : { passed, failed: failed + 1 };
    if (error !== undefined)
      console.log(`${runtime} (${engine}) cannot replay ${subject} as ${column} recorded it: ${error}`);
  }
}

function table(replays: Replays, columns: readonly string[]): string {
  const cell = (of: RecordedReplay | undefined): string =>
    of === undefined ? "-" : of.failed === 0 ? String(of.passed) : `${of.passed}, ${of.failed} FAIL`;
  const width = Math.max(...columns.map((name) => name.length)) + 2;
  const line = (head: string, cells: readonly string[]): string =>
    `${head.padEnd(18)}${cells.map((one) => one.padStart(width)).join("")}`;
  return [
    line("replayed \\ recorded", columns),
    ...Object.entries(replays).map(([who, row]) =>
      line(
        who,
        columns.map((name) => cell(row[name])),
      ),
    ),
  ].join("\n");
}

function main(): void {
  const args = process.argv.slice(2);
  const folder = args.find((arg) => !arg.startsWith("--")) ?? `${root}.cache/perdure-histories`;
  if (!existsSync(folder))
    throw new Error(`there are no histories in ${folder}: SAVE_HISTORIES=${folder} npm run conformance`);
  if (!buildIfStale()) throw new Error("the build failed");
  const replays: Replays = {};
  let lost = 0;
  let skipped = 0;
  for (const runtime of RUNTIMES) {
    const lines = replaysOn(runtime, folder);
    if (typeof lines !== "string") {
      sum(replays, runtime, lines);
      continue;
    }
    const isMissing = process.env["CI"] !== "true" && runtime !== "node";
    if (isMissing) skipped++;
    else lost++;
    console.log(`${isMissing ? "NOT RUN" : "FAILED"}: replays on ${PLACES[runtime]}: ${lines}`);
  }
  const columns = readdirSync(folder).sort();
  console.log(table(replays, columns));
  if (args.includes("--record")) writeReport({ ...readReport(), replays });
  const cells = Object.values(replays).flatMap((row) => Object.values(row));
  const passed = cells.reduce((count, one) => count + one.passed, 0);
  const failed = lost + cells.reduce((count, one) => count + one.failed, 0) + (passed === 0 ? 1 : 0);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) process.exitCode = 1;
}

main();
