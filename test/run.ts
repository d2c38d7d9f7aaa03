/**
 * `npm test`: every check and every test, one after the other, each with its time; closes with one line that adds up what the
 * runners themselves reported.
 *
 * `CI=true` makes the real server and all runtimes compulsory. Without it, what could not be run here is said loudly at the end.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "./harness/build.ts";
import { failuresOfOutput, failuresOfVitest, tellFailures } from "./harness/failures.ts";
import { findTemporal, NoRealServerError, startRealServer } from "./harness/real-server.ts";
import { runtimeCommand } from "./harness/runtimes.ts";
import type { StateCoverage } from "./harness/state-coverage.ts";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
  /** What failed, where a step can name it. */
  failures?: readonly string[];
  /** What failed and passed when it ran again. */
  raced?: readonly string[];
}

interface Step {
  readonly name: string;
  run(): Count | Promise<Count>;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const reports = `${root}.cache/reports`;
/** What the conformance step recorded under Perdure, for the official SDK to replay. */
const histories = `${root}.cache/perdure-histories`;
const compulsory = process.env["CI"] === "true";
const only = process.argv.slice(2);
const notRun: string[] = [];

/** Runs a command with its output shown; counts as one check. */
function command(program: string, args: readonly string[]): Count {
  const result = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  return result.status === 0 ? { passed: 1, failed: 0, skipped: 0 } : failed(program, args, result);
}

/** A command whose output is above: what there is to name. */
function failed(program: string, args: readonly string[], result: ReturnType<typeof spawnSync>): Count {
  const how = `status ${result.status}, signal ${result.signal}`;
  const failures = [`${[program, ...args].join(" ")} (${how}; its output is above)`];
  return { passed: 0, failed: 1, skipped: 0, failures };
}

/** Runs a command that writes a report; without a report the run has failed. */
function reported(
  program: string,
  args: readonly string[],
  report: string,
  env: Record<string, string> = {},
): Count {
  const path = `${reports}/${report}`;
  rmSync(path, { force: true });
  const result = spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (!existsSync(path)) return failed(program, args, result);
  const content = JSON.parse(readFileSync(path, "utf8"));
  const count: Count = {
    ...readReport(content),
    raced: content.raced ?? [],
    failures: content.failures ?? failuresOfVitest(content, root),
  };
  // A runner that failed without a failed test (a crash, an unhandled error) still counts.
  if (result.status !== 0 && count.failed === 0) add(count, failed(program, args, result));
  return count;
}

function readReport(report: Record<string, number>): Count {
  return {
    passed: report["numPassedTests"] ?? report["passed"] ?? 0,
    failed:
      (report["numFailedTests"] ?? report["failed"] ?? 0) +
      (report["numFailedTestSuites"] && !report["numFailedTests"] ? 1 : 0),
    skipped: (report["numPendingTests"] ?? report["skipped"] ?? 0) + (report["numTodoTests"] ?? 0),
  };
}

function vitest(): Count {
  const args = [
    "vitest",
    "run",
    "--reporter=dot",
    "--reporter=json",
    "--reporter=./test/harness/hook-failures.ts",
    "--reporter=./test/harness/state-coverage.ts",
    `--outputFile.json=${reports}/vitest.json`,
  ];
  const hooks = `${reports}/vitest-hooks.json`;
  const states = `${reports}/state-coverage.json`;
  for (const path of [hooks, states]) rmSync(path, { force: true });
  const count = reported("npx", args, "vitest.json", { HOOK_FAILURES: hooks, STATE_COVERAGE: states });
  const outsideTests: string[] = existsSync(hooks) ? JSON.parse(readFileSync(hooks, "utf8")) : [];
  add(count, { passed: 0, failed: 0, skipped: 0, failures: outsideTests });
  add(count, stateCoverage(states));
  return count;
}

/** Prints which transitions of the machines' tables no test took; counts as one check. */
function stateCoverage(path: string): Count {
  const { lines, failures }: StateCoverage = existsSync(path)
    ? JSON.parse(readFileSync(path, "utf8"))
    : { lines: [], failures: ["vitest ended without a report of the states that were taken"] };
  console.log(`State coverage:\n${lines.join("\n")}`);
  const isGood = failures.length === 0;
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0, failures };
}

function packages(): Count {
  if (!compulsory) {
    notRun.push("packaging checks (run `npm test -- packages`)");
    if (only.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  }
  return reported("npx", ["tsx", "test/packaging/check.ts"], "packages.json");
}

/** Runs a program that closes with `N passed, N failed, N skipped`; its output is shown when something failed. */
function closingLine(program: string, args: readonly string[], name: string): Count {
  const { stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 2 ** 28,
  });
  process.stderr.write(stderr);
  for (const [, what] of stdout.matchAll(/^NOT RUN: (.+)$/gm)) if (what) notRun.push(what);
  const closing = /(\d+) passed, (\d+) failed, \d+ skipped\s*$/.exec(stdout);
  const isGood = closing?.[2] === "0";
  if (!isGood) console.log(stdout);
  console.log(`${name}: ${closing?.[0].trim() ?? "ended without a closing line"}`);
  // What ends without a closing line has thrown.
  const told = closing ? stdout : `${stdout}\n${stderr}`;
  const failures = isGood ? [] : failuresOfOutput(told).map((failure) => `${name}: ${failure}`);
  return { passed: Number(closing?.[1] ?? 0), failed: Number(closing?.[2] ?? 1), skipped: 0, failures };
}

function add(total: Count, { passed, failed, skipped, failures = [], raced = [] }: Count): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  total.failures = [...(total.failures ?? []), ...failures];
  total.raced = [...(total.raced ?? []), ...raced];
}

const FAULTS = [
  "test/transport/run-faults.ts",
  "test/server/listen/run-listen.ts",
  "test/gateway/run-gateway.ts",
];

/** Clients, listeners and the gateway on the runtimes that vitest does not run on; on Node they are unit tests. And the CLI's server on all. */
function faults(): Count {
  if (!compulsory) {
    notRun.push(
      "faults of the transport, the listeners and the gateway on Bun and Deno (run `npm test -- faults`)",
    );
    notRun.push(
      "`perdure dev` and `perdure gateway` as processes on Node, Bun and Deno (run `npm test -- faults`)",
    );
    if (only.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  }
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const file of FAULTS) {
    for (const [runtime, args] of [
      ["bun", ["run", file, ...runtimeArgument(file, "bun")]],
      ["deno", ["run", "--allow-all", "--no-check", "--quiet", file, ...runtimeArgument(file, "deno")]],
    ] as const) {
      add(count, closingLine(runtimeCommand(runtime), args, `${file} on ${runtime}`));
    }
  }
  add(count, closingLine("npx", ["tsx", "test/cli/dev-processes.ts"], "`perdure dev` on all runtimes"));
  const gateways = ["tsx", "--tsconfig", "tsconfig.check.json", "test/cli/gateway-processes.ts"];
  add(count, closingLine("npx", gateways, "`perdure gateway` on all runtimes"));
  return count;
}

/** The listeners' runner wants to know where it runs, for what is known to fail there. */
function runtimeArgument(file: string, runtime: string): string[] {
  return file.endsWith("run-listen.ts") ? [runtime] : [];
}

/** A few seconds of `npm run fuzz:server`, always of the same scripts. */
const serverFuzz = [
  ...["tsx", "--tsconfig", "tsconfig.check.json", "test/server/fuzz/main.ts", "--seed", "1"],
  ...["--scripts", "12", "--steps", "10", "--at-once", "12", "--seconds", "12", "--cuts", "0"],
];

async function conformance(): Promise<Count> {
  // None named: all there are.
  const columns = compulsory ? [] : ["node", "embedded", "connect"];
  if (!compulsory) {
    notRun.push("scenarios on other runtimes, and over most protocols (run `npm run conformance`)");
  }
  if (!buildIfStale()) return { passed: 0, failed: 1, skipped: 0 };
  // It answers the Nexus operations of some scenarios.
  officialSdk();
  let server: Awaited<ReturnType<typeof startRealServer>>;
  try {
    server = await startRealServer();
  } catch (error) {
    if (compulsory || !(error instanceof NoRealServerError)) throw error;
    console.log(`There is no real Temporal server here: the scenarios run on the embedded one only.`);
    notRun.push(`all scenarios on the real Temporal server: ${error.message}`);
    notRun.push("random scripts on the embedded server and the real one (run `npm run fuzz:server`)");
    return reported("npx", ["tsx", "test/conformance/run.ts", "embedded", "connect"], "conformance.json");
  }
  try {
    const args = ["tsx", "test/conformance/run.ts", ...columns];
    rmSync(histories, { recursive: true, force: true });
    const env = {
      TEMPORAL_ADDRESS: server.address,
      ...(server.httpAddress && { TEMPORAL_HTTP_ADDRESS: server.httpAddress }),
      SAVE_HISTORIES: histories,
    };
    const count = reported("npx", args, "conformance.json", env);
    add(count, replays());
    add(
      count,
      closingLine("npx", ["tsx", "test/server/listen/compare-http.ts"], "HTTP/JSON beside the real one"),
    );
    add(count, closingLine("npx", serverFuzz, "random scripts on the embedded server and the real one"));
    return count;
  } finally {
    await server.stop();
  }
}

/** Each runtime replays what all of them have just recorded. */
function replays(): Count {
  if (!compulsory) {
    notRun.push(
      "replays of the histories on Bun, Deno and other versions of Node (`npm run conformance:replay`)",
    );
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const program = ["tsx", "test/conformance/replay/anywhere.ts", histories];
  return closingLine("npx", program, "histories recorded anywhere, replayed anywhere");
}

/** The official SDK in `test/interop`: installed where it must be there, else used when it is. */
function officialSdk(): boolean {
  const { dependencies } = JSON.parse(readFileSync(`${root}test/interop/package.json`, "utf8"));
  const installed = (): boolean =>
    Object.keys(dependencies).every((name) => existsSync(`${root}test/interop/node_modules/${name}`));
  if (!installed() && compulsory)
    command("npm", ["ci", "--prefix", "test/interop", "--no-audit", "--no-fund"]);
  return installed();
}

/** Whether there is a real Temporal server, or how to get one; only CI must have it. */
function canHaveRealServer(): boolean {
  if (process.env["TEMPORAL_ADDRESS"]) return true;
  try {
    findTemporal();
    return true;
  } catch (error) {
    if (compulsory || !(error instanceof NoRealServerError)) throw error;
    return false;
  }
}

/** Perdure beside the official SDK on one server: random programs, and running workflows that change hands. */
function interop(): Count {
  if (!officialSdk()) {
    notRun.push(
      "tests beside the official SDK (run `npm ci --prefix test/interop`, then `npm test -- interop`)",
    );
    return compulsory ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 0 };
  }
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  const client = ["tsx", "test/server/listen/official-client.mjs"];
  add(count, closingLine("npx", client, "the official SDK's connections on our listeners"));
  const clients = ["tsx", "test/interop/embedded/main.mjs"];
  add(count, closingLine("npx", clients, "others' clients and test environments on the embedded server"));
  const through = [...clients, "gateway", "typescript"];
  add(count, closingLine("npx", through, "the official SDK, client and worker, through the gateway"));
  if (canHaveRealServer()) {
    for (const args of [["test/fuzz/main.ts", "--seconds", "20", "--seed", "1"], ["test/fuzz/moves.ts"]])
      add(count, closingLine("npx", ["tsx", ...args], args[0] ?? ""));
  } else {
    notRun.push("random programs under both SDKs, which need the real Temporal server (run `npm run fuzz`)");
  }
  if (existsSync(histories)) {
    const replay = "test/interop/replay-perdure-histories.mjs";
    add(count, closingLine("node", [replay, histories], "the official SDK replays Perdure's histories"));
  } else {
    notRun.push("the official SDK on Perdure's histories (run `npm test -- conformance interop`)");
  }
  return count;
}

const steps: readonly Step[] = [
  { name: "lint", run: () => command("npx", ["biome", "check", "--error-on-warnings", "."]) },
  { name: "types: pure ring", run: () => command("npx", ["tsc", "-p", "tsconfig.pure.json"]) },
  { name: "types: src", run: () => command("npx", ["tsc", "-p", "tsconfig.src.json"]) },
  { name: "types: all", run: () => command("npx", ["tsc", "-p", "tsconfig.check.json"]) },
  { name: "generated code is current", run: () => command("node", ["proto/generate.mjs", "--check"]) },
  {
    name: "build",
    run: () => (buildIfStale() ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }),
  },
  { name: "unit", run: vitest },
  { name: "packages", run: packages },
  { name: "faults", run: faults },
  { name: "conformance", run: conformance },
  { name: "interop", run: interop },
];

const total: Count = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
const failures: string[] = [];
mkdirSync(reports, { recursive: true });
for (const step of steps.filter(
  ({ name }) => only.length === 0 || only.some((word) => name.startsWith(word)),
)) {
  const start = performance.now();
  console.log(`\n== ${step.name}`);
  const count = await step.run();
  add(total, count);
  failures.push(...tellFailures(step.name, count.failures ?? []));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  lines.push(
    `${step.name.padEnd(28)} ${seconds.padStart(7)} s  ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`,
  );
}
for (const failure of failures) console.log(`\n${failure}`);
console.log(`\n${lines.join("\n")}`);
for (const what of total.raced ?? []) console.log(`RACED: ${what.split("\n")[0]}`);
for (const what of notRun) console.log(`NOT RUN: ${what}`);
if (total.skipped > 0)
  console.log(
    "Skipped: known failures, each listed with its reason in test/conformance/known-failures.json.",
  );
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
