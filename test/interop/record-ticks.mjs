/**
 * Records, under the official SDK, after how many microtasks each workflow API call settles, alone and in pairs.
 *
 *   node test/interop/record-ticks.mjs
 *
 * Writes `test/histories/ticks/official-<version>.json`. Needs `npm ci` in this folder, and no server.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { historiesFolder, officialVersion, workflowsFolder } from "./lib/paths.mjs";
import { quietRuntime } from "./lib/quiet-runtime.mjs";
import { Sandbox } from "./lib/sandbox.mjs";
import { jobsOf, probesWithJobs, signal, sortJobs } from "./lib/tick-jobs.mjs";

const pairKinds = ["activity", "timer", "child", "signal", "update", "localActivity", "condition"];
const interceptorSets = {
  none: [],
  oneAwaiting: ["one-awaiting"],
  twoAwaiting: ["two-awaiting"],
  oneReturning: ["one-returning"],
  twoReturning: ["two-returning"],
};

/** Names of the probes that are poked, read from their source: everything `cancel…` and `call…`. */
async function pokedProbes() {
  const text = await readFile(join(workflowsFolder, "tick-probes.ts"), "utf8");
  return [...text.matchAll(/^ {2}((?:cancel|call)[A-Z]\w*):/gm)].map(([, name]) => name);
}

/** A command in a few words: its kind, its sequence number, and the time of a timer. */
function inWords(command) {
  const { userMetadata, eventGroupMarkers, ...oneof } = command;
  const [kind, value] = Object.entries(oneof).find(([key, field]) => field != null && key !== "variant");
  const state = ["accepted", "rejected", "completed"].find((name) => value[name]);
  const parts = [
    kind,
    value.seq ?? value.protocolInstanceId ?? value.childWorkflowSeq ?? value.patchId,
    state,
  ];
  if (kind === "startTimer") parts.push(durationMs(value.startToFireTimeout));
  return parts.filter((part) => part !== undefined && part !== null).join(" ");
}

const durationMs = ({ seconds, nanos }) => `${Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6}ms`;

/** The sequence numbers of the commands by which the probes began. */
function claimer(commands) {
  const left = commands.map((command) => ({ ...command }));
  return (kind) => {
    const index = left.findIndex((command) => command[kind] != null);
    if (index < 0) throw new Error(`no ${kind} was issued`);
    const [{ [kind]: value }] = left.splice(index, 1);
    return value.seq;
  };
}

async function measure(sandbox, labels, { marks = false, extraJobs = [] } = {}) {
  const run = await sandbox.start("ticks", labels);
  const claim = claimer(run.commands);
  const claimed = labels.map((label) => ({ label, probe: jobsOf(label) }));
  for (const one of claimed) one.seqs = one.probe.needs.map(claim);
  const preparing = ["prepare", "prepareMore"].map((name) =>
    claimed.flatMap(({ probe, seqs }) => probe[name]?.(seqs) ?? []),
  );
  const jobs = claimed.flatMap(({ probe, seqs, label }) => probe.jobs(seqs, label));
  const activations = preparing.filter((some) => some.length > 0);
  activations.push([signal("startRuler", marks), ...sortJobs([...jobs, ...extraJobs])]);
  let commands = [];
  for (const one of activations) commands = await run.activate(one);
  const ended = commands.some((command) =>
    /ExecutionCommand|completeWorkflow|failWorkflow|continueAsNew/.test(inWords(command)),
  );
  const log = ended ? [] : await readLog(run);
  await run.dispose();
  return { began: run.commands.map(inWords), activations, log, commands: commands.map(inWords) };
}

async function readLog(run) {
  const [answer] = await run.activate([{ queryWorkflow: { queryId: "log", queryType: "readLog" } }]);
  return JSON.parse(Buffer.from(answer.respondToQuery.succeeded.response.data).toString());
}

/** Places of commands among the ruler's marks: `[command, marks before it]`. */
function amongMarks(commands) {
  let marks = 0;
  const placed = [];
  for (const command of commands) {
    if (/^startTimer \d+ 100\d\dms$/.test(command)) marks++;
    else placed.push([command, marks]);
  }
  return placed;
}

async function measureAll(sandbox, poked) {
  const alone = {};
  const issued = {};
  for (const label of [...probesWithJobs, ...poked]) {
    const { began, activations, log } = await measure(sandbox, [label]);
    alone[label] = { step: log.find(([noted]) => noted === label)?.[1] ?? null, began, activations };
    const placed = amongMarks((await measure(sandbox, [label], { marks: true })).commands);
    if (placed.length > 0) issued[label] = placed;
  }
  for (const end of ["return", "fail", "continueAsNew"]) {
    const { commands } = await measure(sandbox, [], { marks: true, extraJobs: [signal("poke", end)] });
    issued[end] = amongMarks(commands);
  }
  const pairs = {};
  for (const first of pairKinds) {
    for (const second of pairKinds) {
      const labels = [first, first === second ? `${second}#2` : second];
      const { activations, log } = await measure(sandbox, labels);
      pairs[labels.join(" ")] = { log, activations };
    }
  }
  const together = pairKinds.concat(pairKinds.map((kind) => `${kind}#2`));
  const { activations, log } = await measure(sandbox, together);
  pairs[together.join(" ")] = { log, activations };
  return { alone, issued, pairs };
}

/** JSON with one entry a line, so that a difference is readable. */
function lines(value, depth) {
  if (depth === 0 || typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}: ${lines(one, depth - 1)}`,
  );
  return `{\n${entries.join(",\n")}\n}`;
}

quietRuntime();
const poked = await pokedProbes();
const interceptors = {};
for (const [name, modules] of Object.entries(interceptorSets)) {
  const paths = modules.map((module) => join(workflowsFolder, `tick-interceptors/${module}.ts`));
  const sandbox = await Sandbox.create(join(workflowsFolder, "ticks.ts"), paths);
  interceptors[name] = await measureAll(sandbox, poked);
  await sandbox.destroy();
}
const folder = join(historiesFolder, "ticks");
await mkdir(folder, { recursive: true });
const recordedWith = {
  sdk: `@temporalio/workflow ${officialVersion}`,
  node: process.version,
  command: "node test/interop/record-ticks.mjs",
  source: "test/conformance/workflows/ticks.ts",
};
await writeFile(
  join(folder, `official-${officialVersion}.json`),
  `${lines({ recordedWith, interceptors }, 4)}\n`,
);
console.log(
  `${Object.keys(interceptors.none.alone).length} probes, ${Object.keys(interceptors.none.pairs).length} pairs`,
);
