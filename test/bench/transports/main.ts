/**
 * `npm run bench:transports`: the CPU that a client's process takes for a unary call (DescribeWorkflowExecution) and for a workflow's
 * start and result, for each transport on each runtime, one at a time and 100 at a time. Perdure's packed tarball, the official
 * client and a bare `fetch` of the same bytes take turns against one server process; medians of all rounds. Words after `--` choose:
 * runtimes (`node`), protocols (`http-json`), `official`, `unary`, `workflow`; `as-installed` takes what the last run installed.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "../../harness/build.ts";
import type { RuntimeName } from "../../harness/runtimes.ts";
import { type Installed, install, SDKS, type Sdk } from "../install.ts";
import { ServerProcess } from "../server/server-process.ts";
import { WorkerUnderTest } from "../worker-under-test.ts";
import { Participant } from "./participant.ts";
import { type Load, Measurements, type Subject, table } from "./table.ts";

const ROUNDS = 5;
const TASK_QUEUE = "transports";
const RUNTIMES: readonly RuntimeName[] = ["node", "bun", "deno"];
const PROTOCOLS = ["grpc", "grpc-web", "connect", "connect-json", "http-json"] as const;
const OFFICIAL = "official client, Node";

/** A client's own code becomes warm later than that of `fetch`, which all that a process does with it warms: the first is long. */
const LOADS: readonly Load[] = [
  { operation: "unary", width: 1, count: 1_000, warmUp: 16_000 },
  { operation: "unary", width: 100, count: 2_000, warmUp: 4_000 },
  { operation: "workflow", width: 1, count: 150, warmUp: 2_000 },
  { operation: "workflow", width: 100, count: 400, warmUp: 800 },
];

/** Parts of a measurement, between which a client and its bare `fetch` take turns. */
const SLICES = 5;

const cache = fileURLToPath(new URL("../../../.cache/bench", import.meta.url));
const programs = fileURLToPath(new URL("programs", import.meta.url));

type Protocol = (typeof PROTOCOLS)[number];

/** A client's process, and under which names its operations stand in the tables. */
interface Client {
  readonly subject: Subject;
  readonly participant: Participant;
}

const RUNTIME_NAMES: Readonly<Record<RuntimeName, string>> = { node: "Node", bun: "Bun", deno: "Deno" };

function subjectOf(runtime: RuntimeName, protocol: Protocol): Subject {
  const name = `${RUNTIME_NAMES[runtime]}, ${protocol}`;
  if (protocol !== "grpc")
    return { name, against: { name: bareOf(name), label: "bare fetch", most: () => 1.3 } };
  const most = ({ width }: Load): number => (width === 1 ? 0.5 : 0.6);
  return runtime === "node" ? { name, against: { name: OFFICIAL, label: "official", most } } : { name };
}

const bareOf = (name: string): string => `${name}: bare fetch`;

async function startClients(
  words: readonly string[],
  server: ServerProcess,
  installed: Readonly<Record<Sdk, Installed>>,
): Promise<Client[]> {
  const chosen = (all: readonly string[], each: string): boolean =>
    words.includes(each) || !all.some((one) => words.includes(one));
  const clients: Client[] = [];
  if (chosen(["official", ...PROTOCOLS], "official")) {
    const env = { ADDRESS: server.address, TASK_QUEUE };
    const program = join(installed.official.folder, "official.mjs");
    const participant = await Participant.start({ runtime: "node", program, env });
    clients.push({ subject: { name: OFFICIAL }, participant });
  }
  const program = join(installed.perdure.folder, "perdure.mjs");
  for (const runtime of RUNTIMES.filter((each) => chosen(RUNTIMES, each))) {
    for (const protocol of PROTOCOLS.filter((each) => chosen(["official", ...PROTOCOLS], each))) {
      const ADDRESS = protocol === "http-json" ? server.httpAddress : server.address;
      const env = { ADDRESS, TASK_QUEUE, PROTOCOL: protocol };
      const participant = await Participant.start({ runtime, program, env });
      clients.push({ subject: subjectOf(runtime, protocol), participant });
    }
  }
  return clients;
}

/** What one process measures. */
interface Turn {
  readonly name: string;
  readonly operation: string;
}

/**
 * All clients in turns, round by round: what another program takes from the machine hits them alike. Within a turn a client and its bare
 * `fetch` take turns too, slice by slice: a process whose turn comes has slept for long, and what it does first pays for that.
 */
async function measure(load: Load, clients: readonly Client[], measured: Measurements): Promise<void> {
  const { operation, width, count, warmUp } = load;
  const turns = clients.map(({ subject, participant }) => {
    const own: Turn = { name: subject.name, operation };
    const bare: Turn = { name: bareOf(subject.name), operation: `bare ${operation}` };
    return { participant, pair: participant.operations.includes(bare.operation) ? [own, bare] : [own] };
  });
  // Many at a time, which is sooner done.
  for (const { participant, pair } of turns)
    for (const each of pair)
      await participant.measure({ operation: each.operation, count: warmUp, width: 100 });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { participant, pair } of turns) {
      const sums = new Map<string, number>();
      for (let slice = 0; slice <= SLICES; slice += 1) {
        for (const each of slice % 2 === 0 ? pair : pair.toReversed()) {
          const cpuUs = await participant.measure({
            operation: each.operation,
            count: count / SLICES,
            width,
          });
          // The first slice wakes the process up.
          if (slice > 0) sums.set(each.name, (sums.get(each.name) ?? 0) + cpuUs);
        }
      }
      for (const [name, sum] of sums) measured.add(load, name, sum / SLICES);
    }
  }
}

function installAll(fresh: boolean): Readonly<Record<Sdk, Installed>> {
  const of = (sdk: Sdk): Installed =>
    fresh ? install(sdk) : { folder: join(cache, sdk), bytes: 0, packages: 0 };
  const installed = { official: of("official"), perdure: of("perdure") };
  for (const sdk of SDKS) cpSync(programs, installed[sdk].folder, { recursive: true });
  return installed;
}

async function main(words: readonly string[]): Promise<void> {
  if (!buildIfStale()) throw new Error("the build failed");
  mkdirSync(cache, { recursive: true });
  const installed = installAll(!words.includes("as-installed"));
  const server = await ServerProcess.start("perdure", installed.perdure);
  const { folder } = installed.perdure;
  const worker = await WorkerUnderTest.start({ folder, address: server.address, taskQueue: TASK_QUEUE });
  const clients = await startClients(words, server, installed);
  const measured = new Measurements();
  const text: string[] = [];
  const print = (line: string): void => {
    text.push(line);
    console.log(line);
  };
  const operations = ["unary", "workflow"].filter((each) => words.includes(each));
  for (const load of LOADS) {
    if (operations.length > 0 && !operations.includes(load.operation)) continue;
    const before = loadavg()[0] ?? 0;
    await measure(load, clients, measured);
    const what = load.operation === "unary" ? "Unary call" : "Start and result";
    const busy = `load ${before.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after`;
    print(`\n${what}, ${load.width === 1 ? "one" : load.width} at a time (${busy}):\n`);
    print(
      table(
        load,
        clients.map(({ subject }) => subject),
        measured,
      ),
    );
  }
  writeFileSync(join(cache, "transports.md"), `Node ${process.version}\n${text.join("\n")}\n`);
  for (const { participant } of clients) await participant.stop();
  await worker.stop();
  await server.stop();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
