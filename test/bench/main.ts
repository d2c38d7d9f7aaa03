/**
 * `npm run bench`: Perdure's packed tarball against the official SDK, one in-memory dev server, interleaved A B A B, and the table of
 * `README.md`. Linux only (it reads `/proc`). Words after `--` choose measurements by the beginning of their names.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Client, Connection } from "perdure/client";
import { buildIfStale } from "../harness/build.ts";
import { startRealServer } from "../harness/real-server.ts";
import { type Installed, install, SDKS, type Sdk } from "./install.ts";
import { WorkerUnderTest } from "./worker-under-test.ts";

const ROUNDS = 2;
const MIB = 1024 * 1024;

interface Bench {
  readonly address: string;
  readonly client: Client;
  readonly installed: Readonly<Record<Sdk, Installed>>;
}

interface Measurement {
  readonly name: string;
  readonly unit: string;
  /** Perdure should reach this share of the official SDK's number, or this absolute number. */
  readonly target: string;
  measure(bench: Bench, sdk: Sdk): Promise<number>;
}

let queues = 0;
const taskQueue = (): string => `bench-${process.pid}-${queues++}`;

async function withWorker<T>(
  bench: Bench,
  sdk: Sdk,
  use: (worker: WorkerUnderTest) => Promise<T>,
  more: { workflows?: string; cached?: number } = {},
): Promise<T> {
  const { folder } = bench.installed[sdk];
  const worker = await WorkerUnderTest.start({
    folder,
    address: bench.address,
    taskQueue: taskQueue(),
    ...more,
  });
  try {
    return await use(worker);
  } finally {
    await worker.stop();
  }
}

/** CPU of a worker that has done `warmUp` workflows of the kind: V8 compiles what it sees often. */
function workerCpu(
  type: string,
  args: unknown[],
  { warmUp, count }: { readonly warmUp: number; readonly count: number },
): Measurement["measure"] {
  return async (bench, sdk) =>
    await withWorker(bench, sdk, async (worker) => {
      await worker.execute(bench.client, type, { count: warmUp, width: 10, args });
      const before = worker.cpuMs();
      await worker.execute(bench.client, type, { count, width: 10, args });
      return (worker.cpuMs() - before) / count;
    });
}

function coldStart(prebuilt: boolean): Measurement["measure"] {
  return async (bench, sdk) => {
    const { folder } = bench.installed[sdk];
    const bundle = join(folder, "prebuilt.bundle.js");
    if (prebuilt) runProgram(folder, "make-bundle.mjs", { BUNDLE: bundle });
    const env = { ADDRESS: bench.address, TASK_QUEUE: taskQueue(), ...(prebuilt ? { BUNDLE: bundle } : {}) };
    const runs = Array.from({ length: 3 }, () => {
      const printed = runProgram(folder, "cold-start.mjs", {
        ...env,
        STARTED_AT: String(performance.timeOrigin + performance.now()),
      });
      return (JSON.parse(printed.trim().split("\n").at(-1) ?? "{}") as { coldMs: number }).coldMs;
    });
    return median(runs);
  };
}

function runProgram(folder: string, file: string, env: Record<string, string>): string {
  return execFileSync(process.execPath, [join(folder, file)], {
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

async function clientCpu(bench: Bench, sdk: Sdk): Promise<number> {
  // The worker is Perdure's for both: only the client's own process is measured.
  return await withWorker(bench, "perdure", async (worker) => {
    await worker.execute(bench.client, "one", { count: 10, width: 10, args: [] });
    const env = { ADDRESS: bench.address, TASK_QUEUE: `bench-${process.pid}-${queues - 1}`, COUNT: "400" };
    return (JSON.parse(runProgram(bench.installed[sdk].folder, "client.mjs", env)) as { cpuMs: number })
      .cpuMs;
  });
}

async function peakRss(bench: Bench, sdk: Sdk): Promise<number> {
  return await withWorker(bench, sdk, async (worker) => {
    await worker.execute(bench.client, "one", { count: 300, width: 20, args: [] });
    await worker.execute(bench.client, "fan", { count: 10, width: 5, args: [100] });
    return worker.peakRss / MIB;
  });
}

function cachedSlope(workflows: string): Measurement["measure"] {
  return async (bench, sdk) =>
    await withWorker(
      bench,
      sdk,
      async (worker) => {
        await worker.startWaiting(bench.client, 500);
        const before = (await worker.memory()).rss;
        await worker.startWaiting(bench.client, 2000);
        return ((await worker.memory()).rss - before) / 2000 / 1024;
      },
      { workflows, cached: 3000 },
    );
}

async function growth(bench: Bench, sdk: Sdk): Promise<number> {
  return await withWorker(bench, sdk, async (worker) => {
    await worker.execute(bench.client, "one", { count: 1000, width: 20, args: [] });
    const before = await worker.memory();
    await worker.execute(bench.client, "one", { count: 2000, width: 20, args: [] });
    const after = await worker.memory();
    return Math.max(after.rss / before.rss, after.heapUsed / before.heapUsed);
  });
}

async function exitTime(bench: Bench, sdk: Sdk): Promise<number> {
  const { folder } = bench.installed[sdk];
  const worker = await WorkerUnderTest.start({ folder, address: bench.address, taskQueue: taskQueue() });
  await worker.execute(bench.client, "one", { count: 10, width: 5, args: [] });
  return await worker.stop();
}

const measurements: readonly Measurement[] = [
  {
    name: "worker CPU, one activity",
    unit: "ms/workflow",
    target: "≤ 0.33",
    measure: workerCpu("one", [], { warmUp: 1000, count: 500 }),
  },
  {
    name: "worker CPU, chain of 50 activities",
    unit: "ms/workflow",
    target: "≤ 0.33",
    measure: workerCpu("chain", [50], { warmUp: 60, count: 20 }),
  },
  {
    name: "worker CPU, fan of 100 activities",
    unit: "ms/workflow",
    target: "≤ 0.33",
    measure: workerCpu("fan", [100], { warmUp: 60, count: 20 }),
  },
  {
    name: "worker CPU, one activity, workflows 101 to 400",
    unit: "ms/workflow",
    target: "-",
    measure: workerCpu("one", [], { warmUp: 100, count: 300 }),
  },
  { name: "client CPU, start + result", unit: "ms/workflow", target: "-", measure: clientCpu },
  { name: "cold start, bundling included", unit: "ms", target: "≤ 0.20", measure: coldStart(false) },
  { name: "cold start, prebuilt bundle", unit: "ms", target: "≤ 0.20", measure: coldStart(true) },
  { name: "peak RSS of the worker", unit: "MiB", target: "≤ 0.33", measure: peakRss },
  { name: "RSS per cached workflow", unit: "KiB", target: "≤ 50 KiB", measure: cachedSlope("workflows.mjs") },
  {
    name: "RSS per cached workflow, zod imported",
    unit: "KiB",
    target: "-",
    measure: cachedSlope("workflows-zod.mjs"),
  },
  { name: "memory after 3,000 workflows / after 1,000", unit: "x", target: "≤ 1.1", measure: growth },
  { name: "exit by itself after shutdown", unit: "ms", target: "-", measure: exitTime },
  {
    name: "installed size",
    unit: "MiB",
    target: "≤ 15 MiB",
    measure: async ({ installed }, sdk) => installed[sdk].bytes / MIB,
  },
  {
    name: "installed packages",
    unit: "",
    target: "≤ 15",
    measure: async ({ installed }, sdk) => installed[sdk].packages,
  },
];

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const digits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

async function main(words: readonly string[]): Promise<void> {
  if (!buildIfStale()) throw new Error("the build failed");
  mkdirSync(fileURLToPath(new URL("../../.cache/bench", import.meta.url)), { recursive: true });
  const installed = { official: install("official"), perdure: install("perdure") };
  const server = await startRealServer();
  const connection = await Connection.connect({ address: server.address });
  const bench: Bench = { address: server.address, client: new Client({ connection }), installed };
  const rows: string[] = [];
  for (const { name, unit, target, measure } of measurements) {
    if (words.length > 0 && !words.some((word) => name.startsWith(word))) continue;
    const values: Record<Sdk, number[]> = { official: [], perdure: [] };
    for (let round = 0; round < ROUNDS; round++)
      for (const sdk of SDKS) values[sdk].push(await measure(bench, sdk));
    const [official, perdure] = [mean(values.official), mean(values.perdure)];
    const row = `| ${name} | ${digits(official)} | ${digits(perdure)} | ${unit} | ${(perdure / official).toFixed(2)} | ${target} |`;
    rows.push(row);
    console.log(row);
  }
  const header = "| measurement | official | Perdure | unit | ratio | to reach |\n|---|---|---|---|---|---|";
  writeFileSync(
    fileURLToPath(new URL("../../.cache/bench/table.md", import.meta.url)),
    `${header}\n${rows.join("\n")}\n`,
  );
  console.log(`\n${header}\n${rows.join("\n")}`);
  await connection.close();
  await server.stop();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
