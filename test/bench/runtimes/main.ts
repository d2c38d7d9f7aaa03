/**
 * `npm run bench:runtimes`: how fast Perdure's packed tarball replays, and how many workflows its worker runs, on Node, Bun and Deno. The
 * runtimes take turns, against one server process; medians of all rounds, and of the ratios to Node's number of the same round. Words
 * after `--` choose: `replay`, `worker`; `as-installed` takes what the last run installed.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { encodeHistory } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";
import { buildIfStale } from "../../harness/build.ts";
import { type RuntimeName, runtimeCommand } from "../../harness/runtimes.ts";
import { type Installed, install } from "../install.ts";
import { histories } from "../replay/histories.ts";
import { median } from "../server/report.ts";
import { ServerProcess } from "../server/server-process.ts";
import { WorkerUnderTest } from "../worker-under-test.ts";

const RUNTIMES: readonly RuntimeName[] = ["node", "bun", "deno"];
const ROUNDS = 5;
const LEAST = 0.7;
const WARM_UP = "activities, 6,005 events";
const REPLAYED = ["activities, 6,005 events", "2,000 signals", "1,000 timers in parallel"] as const;
/** The warm-up lasts until the compilers are done: Bun's takes 8 ms of CPU from each of the first hundred chains, and 1 ms later. */
const WORKFLOWS = [
  { type: "one", args: [], warmUp: 800, count: 300 },
  { type: "chain", args: [50], warmUp: 250, count: 20 },
] as const;

const cache = fileURLToPath(new URL("../../../.cache/bench", import.meta.url));
const replayPrograms = fileURLToPath(new URL("../replay/programs", import.meta.url));

/** What one round of one runtime took for each thing done. */
interface Taken {
  readonly cpuUs: number;
  readonly wallUs: number;
}

type Rounds = Record<RuntimeName, Taken[]>;

const noRounds = (): Rounds => ({ node: [], bun: [], deno: [] });

/** Rows of one measurement: a runtime's speed is Node's time divided by its own. */
function rows(name: string, rounds: Rounds): string[] {
  return RUNTIMES.map((runtime) => {
    const taken = rounds[runtime];
    const of = (what: keyof Taken): number => median(taken.map((each) => each[what]));
    const speed = (what: keyof Taken): number =>
      median(taken.map((each, round) => (rounds.node[round]?.[what] ?? Number.NaN) / each[what]));
    const numbers = `| ${name} | ${runtime} | ${digits(of("cpuUs"))} | ${digits(1e6 / of("wallUs"))} |`;
    if (runtime === "node") return `${numbers} | | | |`;
    const [byCpu, byTime] = [speed("cpuUs"), speed("wallUs")];
    return `${numbers} ${byCpu.toFixed(2)} | ${byTime.toFixed(2)} | ≥ ${LEAST} | ${reached(byCpu, byTime)} |`;
  });
}

function reached(byCpu: number, byTime: number): string {
  if (byCpu < LEAST) return byTime < LEAST ? "no" : "by time only";
  return byTime < LEAST ? "by CPU only" : "yes";
}

function digits(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 100 ? 0 : 1);
}

function prepareReplay({ folder }: Installed): string {
  cpSync(replayPrograms, folder, { recursive: true });
  cpSync(join(replayPrograms, "read/perdure.mjs"), join(folder, "read-history.mjs"));
  for (const file of ["workflows.mjs", "replay.mjs"]) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll('"SDK/', '"perdure/'));
  }
  for (const name of REPLAYED)
    writeFileSync(join(folder, `${name}.bin`), encodeHistory({ events: histories[name]?.() ?? [] }));
  const bundle = join(folder, "replay.bundle.js");
  execFileSync(process.execPath, [join(folder, "make-bundle.mjs")], {
    env: { ...process.env, BUNDLE: bundle },
  });
  return bundle;
}

/** Events replayed by a process of its own, after a warm-up. */
function replay(
  runtime: RuntimeName,
  folder: string,
  { name, bundle }: { name: string; bundle: string },
): Taken {
  const before = runtime === "deno" ? ["run", "--quiet", "--no-prompt", "--allow-all"] : [];
  const env = {
    BUNDLE: bundle,
    HISTORY: join(folder, `${name}.bin`),
    WARM_UP: join(folder, `${WARM_UP}.bin`),
    REPEAT: "3",
  };
  const printed = execFileSync(runtimeCommand(runtime), [...before, join(folder, "replay.mjs")], {
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { cpuMs, wallMs } = JSON.parse(printed.trim().split("\n").at(-1) ?? "{}") as Record<
    "cpuMs" | "wallMs",
    number
  >;
  const events = histories[name]?.().length ?? Number.NaN;
  return { cpuUs: (cpuMs * 1000) / events, wallUs: (wallMs * 1000) / events };
}

function measureReplay(installed: Installed): string[] {
  const bundle = prepareReplay(installed);
  return REPLAYED.flatMap((name) => {
    const rounds = noRounds();
    for (let round = 0; round < ROUNDS; round += 1)
      for (const runtime of RUNTIMES)
        rounds[runtime].push(replay(runtime, installed.folder, { name, bundle }));
    const lines = rows(`replay, ${name}`, rounds);
    console.log(lines.join("\n"));
    return lines;
  });
}

async function measureWorkers(installed: Installed): Promise<string[]> {
  const server = await ServerProcess.start("perdure", installed);
  const { address, client } = server;
  const workers: Partial<Record<RuntimeName, WorkerUnderTest>> = {};
  const lines: string[] = [];
  try {
    for (const runtime of RUNTIMES)
      workers[runtime] = await WorkerUnderTest.start({
        folder: installed.folder,
        address,
        taskQueue: runtime,
        runtime,
      });
    for (const { type, args, warmUp, count } of WORKFLOWS) {
      const rounds = noRounds();
      const run = async (runtime: RuntimeName, many: number): Promise<Taken> => {
        const worker = workers[runtime];
        if (worker === undefined) throw new Error(`no worker on ${runtime}`);
        const [cpu, start] = [worker.cpuMs(), performance.now()];
        await worker.execute(client, type, { count: many, width: 20, args: [...args] });
        const wallUs = ((performance.now() - start) * 1000) / many;
        return { cpuUs: ((worker.cpuMs() - cpu) * 1000) / many, wallUs };
      };
      for (const runtime of RUNTIMES) await run(runtime, warmUp);
      for (let round = 0; round < ROUNDS; round += 1)
        for (const runtime of RUNTIMES) rounds[runtime].push(await run(runtime, count));
      lines.push(
        ...rows(`worker, workflows of ${type === "one" ? "one activity" : "50 activities in a row"}`, rounds),
      );
      console.log(lines.slice(-3).join("\n"));
    }
  } finally {
    for (const worker of Object.values(workers)) await worker.stop();
    await server.stop();
  }
  return lines;
}

async function main(words: readonly string[]): Promise<void> {
  if (!buildIfStale()) throw new Error("the build failed");
  mkdirSync(cache, { recursive: true });
  const wanted = (part: string): boolean =>
    words.includes(part) || !["replay", "worker"].some((each) => words.includes(each));
  const installed = words.includes("as-installed")
    ? { folder: join(cache, "perdure"), bytes: 0, packages: 0 }
    : install("perdure");
  const before = loadavg()[0] ?? 0;
  // The worker's program and its workflows are those of `install`; the replay's take their names, and so come last.
  const worker = wanted("worker") ? await measureWorkers(installed) : [];
  const replayed = wanted("replay") ? measureReplay(installed) : [];
  const text = [
    `load ${before.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after`,
    "",
    "| measurement | runtime | CPU of each, µs | a second | speed by CPU, Node's is 1 | by time | to reach | reached |",
    "|---|---|---|---|---|---|---|---|",
    ...replayed,
    ...worker,
    "",
  ].join("\n");
  writeFileSync(join(cache, "runtimes.md"), text);
  console.log(`\n${text}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
