/**
 * `npm run bench:server`: the embedded server in process and as `perdure dev` of the packed package over loopback gRPC, and beside it
 * the real dev server in memory, in the same run; the table of `../README.md`. Linux only (it reads `/proc`). Words after `--` choose
 * parts: `process`, `embedded`, `real`.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "../../harness/build.ts";
import { findTemporal } from "../../harness/real-server.ts";
import { install } from "../install.ts";
import { measureServer } from "./over-grpc.ts";
import { Report, type Row } from "./report.ts";

const most = (value: number): Row["target"] & object => ({ kind: "most", value });
const least = (value: number): Row["target"] & object => ({ kind: "least", value });

/** Rows of the embedded server in this process, by what measures them: a run of `in-process.mjs` for each. */
const IN_PROCESS: readonly {
  readonly run: string;
  readonly rows: readonly (Row & { readonly field: string })[];
}[] = [
  {
    run: "start",
    rows: [
      { name: "in process: start to first answered call", unit: "ms", target: most(50), field: "firstMs" },
      { name: "in process: the same from the process's start", unit: "ms", field: "sinceProcessStartMs" },
    ],
  },
  {
    run: "throughput",
    rows: [
      { name: "in process: workflows a second", unit: "", target: least(500), field: "perSecond" },
      { name: "in process: server CPU a workflow", unit: "ms", target: most(1.5), field: "serverMsEach" },
      { name: "in process: CPU a workflow, worker and client included", unit: "ms", field: "cpuMsEach" },
    ],
  },
  {
    run: "latency",
    rows: [{ name: "in process: start to result, p50", unit: "ms", target: most(5), field: "p50Ms" }],
  },
  {
    run: "open",
    rows: [
      {
        name: "in process: RSS with 100,000 workflows on a timer",
        unit: "MiB",
        target: most(1024),
        field: "rssMb",
      },
      { name: "in process: live heap of those", unit: "MiB", field: "heapMb" },
    ],
  },
  {
    run: "paging",
    rows: [
      {
        name: "in process: paging 50,000 events, event loop delay p99",
        unit: "ms",
        target: most(50),
        field: "delayP99Ms",
      },
      { name: "in process: paging 50,000 events", unit: "s", field: "seconds" },
    ],
  },
  {
    run: "skipping",
    rows: [
      {
        name: "in process: 1,000 workflows asleep for days, skipped",
        unit: "s",
        target: most(5),
        field: "seconds",
      },
    ],
  },
];

const OVER_GRPC: readonly Row[] = [
  { name: "CLI start to first answered call", unit: "ms", target: most(250) },
  { name: "CLI CPU until then", unit: "ms" },
  { name: "CLI RSS after start", unit: "MiB", target: most(80) },
  { name: "gRPC, Perdure's worker: workflows a second", unit: "", target: least(300) },
  { name: "gRPC, Perdure's worker: server CPU a workflow", unit: "ms" },
  { name: "gRPC, Perdure's worker: start to result, p50", unit: "ms" },
  { name: "gRPC, official worker: workflows a second", unit: "" },
  { name: "gRPC, official worker: server CPU a workflow", unit: "ms" },
  { name: "gRPC, official worker: start to result, p50", unit: "ms" },
];

/** One run of `in-process.mjs`: its line of JSON. */
function inProcess(row: string): Readonly<Record<string, unknown>> {
  const program = fileURLToPath(new URL("in-process.mjs", import.meta.url));
  const printed = execFileSync(process.execPath, ["--expose-gc", program, row], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  // The program prints one object for each row.
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "{}") as Readonly<Record<string, unknown>>;
}

async function main(words: readonly string[]): Promise<void> {
  if (process.platform !== "linux") throw new Error("this bench reads /proc: it runs on Linux only");
  if (!buildIfStale()) throw new Error("the build failed");
  const wanted = (part: string): boolean => words.length === 0 || words.includes(part);
  const cache = fileURLToPath(new URL("../../../.cache/bench", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const report = new Report([...IN_PROCESS.flatMap(({ rows }) => rows), ...OVER_GRPC]);
  const load = [loadavg()[0] ?? 0];
  if (wanted("process")) {
    for (const { run, rows } of IN_PROCESS) {
      await report.measure(
        "embedded",
        rows.map(({ name }) => name),
        async () => {
          const printed = inProcess(run);
          return rows.map(({ field }) => Number(printed[field]));
        },
      );
    }
  }
  if (wanted("embedded") || wanted("real")) {
    const installed = { official: install("official"), perdure: install("perdure") };
    if (wanted("embedded")) await measureServer("perdure", installed, report);
    if (wanted("real")) await measureServer("official", installed, report);
  }
  load.push(loadavg()[0] ?? 0);
  const facts = `Node ${process.version}, ${cpus().length} cores, load ${load.map((each) => each.toFixed(1)).join(" before and ")} after; real: ${realVersion()}`;
  const text = [facts, "", report.markdown(), ...report.faults().map((fault) => `\n- ${fault}`), ""].join(
    "\n",
  );
  writeFileSync(`${cache}/server.md`, text);
  console.log(`\n${text}`);
  if (report.faults().length > 0) process.exitCode = 1;
}

function realVersion(): string {
  try {
    return execFileSync(findTemporal().path, ["--version"], { encoding: "utf8" }).trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
