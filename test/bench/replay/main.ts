/**
 * `npm run bench:replay`: replays synthetic histories with Perdure's packed tarball and with the official SDK, each file in a process
 * of its own, bundles prebuilt, after a warm-up, and prints the table of `README.md`. Words after `--` choose: `perdure` or `official`,
 * and beginnings of names of histories.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { historyToJson } from "../../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import { encodeHistory } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";
import { buildIfStale } from "../../harness/build.ts";
import { type Installed, install, SDKS, type Sdk } from "../install.ts";
import { histories } from "./histories.ts";

const cache = fileURLToPath(new URL("../../../.cache/bench/replay", import.meta.url));
const programs = fileURLToPath(new URL("programs", import.meta.url));
const SHORT = "activities, 6,005 events";
const LONG = "activities, 48,005 events";
const SMALL = "activities, 65 events";

type Form = "bin" | "json";

interface Measured {
  readonly cpuMs: number;
  readonly peakMib: number;
}

interface Row {
  readonly name: string;
  readonly events: number;
  readonly measured: Partial<Record<Sdk, Measured>>;
}

function fileOf(name: string, form: Form): string {
  return join(cache, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.${form}`);
}

/** Writes all histories; gives their numbers of events. */
function writeHistories(): Map<string, number> {
  mkdirSync(cache, { recursive: true });
  const counts = new Map<string, number>();
  for (const [name, make] of Object.entries(histories)) {
    const events = make();
    counts.set(name, events.length);
    writeFileSync(fileOf(name, "bin"), encodeHistory({ events }));
    writeFileSync(fileOf(name, "json"), JSON.stringify(historyToJson({ events })));
  }
  return counts;
}

/** Adds the programs of this bench to an installed SDK, and makes its bundle. */
function prepare(sdk: Sdk, { folder }: Installed): string {
  cpSync(programs, folder, { recursive: true });
  // Several copies of protobufjs do not know each other's types, and its JSON histories are then not read at all.
  if (sdk === "official") {
    for (const command of [["install", "protobufjs@8.8.1"], ["dedupe"]]) {
      execFileSync("npm", [...command, "--no-audit", "--no-fund"], {
        cwd: folder,
        stdio: ["ignore", "ignore", "inherit"],
      });
    }
  }
  cpSync(join(programs, "read", `${sdk}.mjs`), join(folder, "read-history.mjs"));
  const name = sdk === "perdure" ? "perdure" : "@temporalio";
  for (const file of ["workflows.mjs", "replay.mjs", "cold-replay.mjs"]) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll('"SDK/', `"${name}/`));
  }
  const bundle = join(folder, "replay.bundle.js");
  run(folder, "make-bundle.mjs", { BUNDLE: bundle });
  return bundle;
}

function run(folder: string, file: string, env: Record<string, string>): string {
  return execFileSync(process.execPath, [join(folder, file)], {
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

function measure(sdk: Sdk, folder: string, of: { name: string; form: Form; bundle: string }): Measured {
  const env = {
    BUNDLE: of.bundle,
    HISTORY: fileOf(of.name, of.form),
    WARM_UP: fileOf(SHORT, of.form),
    // The official SDK takes a minute for the longest.
    REPEAT: sdk === "official" ? "1" : "3",
  };
  return JSON.parse(run(folder, "replay.mjs", env).trim().split("\n").at(-1)!) as Measured;
}

function coldStart(folder: string, bundle: string): number {
  const runs = Array.from({ length: 5 }, () => {
    const STARTED_AT = String(performance.timeOrigin + performance.now());
    const printed = run(folder, "cold-replay.mjs", {
      BUNDLE: bundle,
      HISTORY: fileOf(SMALL, "bin"),
      STARTED_AT,
    });
    return (JSON.parse(printed.trim().split("\n").at(-1)!) as { coldMs: number }).coldMs;
  });
  return runs.sort((a, b) => a - b)[2]!;
}

const digits = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 10 ? 1 : 2);

function cells(row: Row, of: (measured: Measured, events: number) => number): string {
  const [official, perdure] = SDKS.map((sdk) => row.measured[sdk] && of(row.measured[sdk], row.events));
  const ratio = official !== undefined && perdure !== undefined ? (perdure / official).toFixed(3) : "-";
  return (
    [official, perdure].map((value) => (value === undefined ? "-" : digits(value))).join(" | ") +
    ` | ${ratio}`
  );
}

function slope(rows: readonly Row[], sdk: Sdk): number | undefined {
  const [short, long] = [SHORT, LONG].map((name) => rows.find((row) => row.name === name));
  if (short?.measured[sdk] === undefined || long?.measured[sdk] === undefined) return undefined;
  return ((long.measured[sdk].cpuMs - short.measured[sdk].cpuMs) * 1000) / (long.events - short.events);
}

function main(words: readonly string[]): void {
  if (!buildIfStale()) throw new Error("the build failed");
  const sdks = SDKS.filter((sdk) => !SDKS.some((one) => words.includes(one)) || words.includes(sdk));
  const wanted = words.filter((word) => !SDKS.includes(word as Sdk));
  const counts = writeHistories();
  const installed = new Map(sdks.map((sdk) => [sdk, install(sdk)] as const));
  const bundles = new Map(sdks.map((sdk) => [sdk, prepare(sdk, installed.get(sdk)!)] as const));
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(line);
    console.log(line);
  };
  for (const form of ["bin", "json"] as const) {
    print(
      `\n| ${form === "bin" ? "binary" : "JSON"} | official | Perdure | ratio | official | Perdure | ratio |`,
    );
    print("|---|---|---|---|---|---|---|");
    const rows: Row[] = [];
    for (const [name, events] of counts) {
      if (wanted.length > 0 && !wanted.some((word) => name.startsWith(word))) continue;
      const row: Row = { name, events, measured: {} };
      for (const sdk of sdks) {
        const { folder } = installed.get(sdk)!;
        row.measured[sdk] = measure(sdk, folder, { name, form, bundle: bundles.get(sdk)! });
      }
      rows.push(row);
      const perEvent = cells(row, ({ cpuMs }, count) => (cpuMs * 1000) / count);
      print(`| ${name} | ${perEvent} | ${cells(row, ({ peakMib }) => peakMib)} |`);
    }
    const slopes = sdks.map((sdk) => `${sdk} ${slope(rows, sdk)?.toFixed(2) ?? "-"} µs`);
    print(`\nSlope between the two lengths, CPU per event: ${slopes.join(", ")}`);
  }
  for (const sdk of sdks) {
    const ms = coldStart(installed.get(sdk)!.folder, bundles.get(sdk)!);
    print(`First replay from a cold process, ${sdk}: ${Math.round(ms)} ms`);
  }
  if (!existsSync(cache)) mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, "table.md"), `${lines.join("\n")}\n`);
}

main(process.argv.slice(2));
