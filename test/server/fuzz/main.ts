/**
 * `npm run fuzz:server -- --seconds 60 --seed 1`: random scripts of raw calls, played step by step against the embedded server and
 * against the real one; answers, errors, descriptions and histories are compared after each step.
 *
 * Options: `--seconds N` (default 60), `--seed S` of the first script (default: by chance, printed), `--steps K` of a script (default
 * 24), `--at-once N` (default 12), `--cuts N` for making a finding smaller (default 60, 0 for none), `--scripts N` for no more than so
 * many, `--seeds 7,11,13` for these alone. Needs the real server: see test/harness/real-server.ts. What was found is printed as a
 * script for `test/server/scenarios/fuzzed.ts`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { numberOption } from "../../harness/number-option.ts";
import { Fuzzer, type FuzzSettings } from "./fuzzer.ts";
import { openServers } from "./servers.ts";

const folder = fileURLToPath(new URL("../../../.cache/fuzz-server", import.meta.url));

function readSettings(): FuzzSettings {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
      steps: { type: "string", default: "24" },
      "at-once": { type: "string", default: "12" },
      cuts: { type: "string", default: "60" },
      scripts: { type: "string", default: "0" },
      seeds: { type: "string", default: "" },
    },
  });
  const number = numberOption(values);
  const seeds = values.seeds.split(",").filter(Boolean).map(Number);
  return {
    seconds: number("seconds"),
    seed: number("seed"),
    seeds,
    steps: number("steps"),
    atOnce: number("at-once"),
    cuts: number("cuts"),
    scripts: seeds.length || number("scripts") || Number.POSITIVE_INFINITY,
  };
}

async function main(): Promise<void> {
  const settings = readSettings();
  const servers = await openServers();
  const fuzzer = new Fuzzer(servers, settings, (finding) => {
    console.log(finding.text);
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${finding.seed}.txt`, `${finding.text}\n`);
  });
  try {
    await fuzzer.run();
  } finally {
    await servers.close();
    console.log(fuzzer.summary());
  }
  const { scripts, findings } = fuzzer;
  console.log(`${scripts - findings} passed, ${findings} failed, 0 skipped`);
  process.exitCode = findings > 0 || scripts === 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
