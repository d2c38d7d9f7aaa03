/**
 * `npm run fuzz -- --seconds 60 --seed 1`: random workflow programs run on the real server under one SDK, and replayed
 * by the other, or under both at once, a task here, a task there.
 *
 * Options: `--seconds N` (default 60), `--seed S` of the first program (default: by chance, printed), `--at-once N` (default 6),
 * `--cuts N` for making a finding smaller (default 150, 0 for none). Programs that the SDKs do not agree about are kept under
 * `.cache/fuzz`. Needs `npm ci --prefix test/interop`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { historyToJson } from "../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import { numberOption } from "../harness/number-option.ts";
import { type Finding, Fuzzer } from "./fuzzer.ts";
import { generate } from "./generate.ts";
import { perdureWorkers, taskQueues } from "./task-queues.ts";
import { createWorld, type Runner } from "./world.ts";

const folder = fileURLToPath(new URL("../../.cache/fuzz", import.meta.url));

const runners: readonly Runner[] = ["official", "perdure", "both"];

interface Settings {
  readonly seconds: number;
  readonly seed: number;
  readonly atOnce: number;
  readonly cuts: number;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
      "at-once": { type: "string", default: "6" },
      cuts: { type: "string", default: "150" },
    },
  });
  const number = numberOption(values);
  return {
    seconds: number("seconds"),
    seed: number("seed"),
    atOnce: number("at-once"),
    cuts: number("cuts"),
  };
}

/** Runs programs until the time is up; gives the number of findings. */
async function fuzz(fuzzer: Fuzzer, { seconds, seed, atOnce, cuts }: Settings): Promise<number> {
  const end = Date.now() + seconds * 1_000;
  let next = seed;
  let findings = 0;
  const lane = async (): Promise<void> => {
    while (Date.now() < end) {
      const number = next++;
      const program = generate(number);
      // The official SDK fails tasks of its own runs when it replays local activities that ran side by side.
      const runner = program.localsInTurn ? runners[number % runners.length]! : "perdure";
      const found = await fuzzer.try(runner, program);
      if (found === undefined) continue;
      findings += 1;
      console.log(`seed ${number}, run by ${runner}: ${found.difference}`);
      keep(await fuzzer.shrink(found, cuts), number);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  console.log(`seeds ${seed} to ${next - 1}`);
  return findings;
}

function keep({ runner, program, difference, history }: Finding, seed: number): void {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${seed}-${runner}`;
  writeFileSync(`${file}.json`, `${JSON.stringify({ runner, difference, program }, null, 1)}\n`);
  writeFileSync(`${file}-history.json`, JSON.stringify(historyToJson({ events: history.events }), null, 1));
  console.log(`smallest found: ${JSON.stringify(program)}\n${difference}\nkept as ${file}.json`);
}

async function main(): Promise<void> {
  const settings = readSettings();
  const world = await createWorld();
  try {
    await world.peer.work(taskQueues.official, { cached: true });
    await world.peer.work(taskQueues.both, { cached: false });
    const uncached = { taskQueue: taskQueues.both, maxCachedWorkflows: 0 };
    const workers = await Promise.all([...perdureWorkers, uncached].map((one) => world.worker(one)));
    const fuzzer = new Fuzzer(world);
    let work = (): Promise<number> => fuzz(fuzzer, settings);
    for (const worker of workers) {
      const inner = work;
      work = () => worker.runUntil(inner);
    }
    const findings = await work();
    const { programs, histories, events } = fuzzer;
    console.log(`${programs} programs, ${histories} histories, ${events} events, ${findings} findings`);
    console.log(`${programs - findings} passed, ${findings} failed, 0 skipped`);
    process.exitCode = findings > 0 || programs === 0 ? 1 : 0;
  } finally {
    await world.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
