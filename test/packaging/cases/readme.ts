/** The programs and commands of README.md, run as they are printed by who installed the tarball: ports and hosts alone are others. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import * as esbuild from "esbuild";
import { Client, Connection } from "../../../src/client/mod.ts";
import { historyToJson } from "../../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import { EmbeddedServer } from "../../../src/server/mod.ts";
import { runtimeCommand } from "../../harness/runtimes.ts";
import { startWorkerd } from "../../harness/workerd-process.ts";
import { pinned } from "../manifest.ts";
import { commandLines, printed, readmeBlocks } from "../readme-blocks.ts";
import { type Check, type Group, install, newFolder, run, succeeds, writeJson } from "../suite.ts";

/** The blocks that no check of this file runs, and why, or where they are run. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "Install, sh":
    "what is installed here is the tarball, as a package that is not published yet; each group of these checks does so",
  "Install, sh 2": "the same, and the group `deno` for the form that JSR serves",
  "On Deno, sh 2": "the group `deno` runs it, with JSR's form",
};

/** A check, and the blocks that it runs. */
interface BlockCheck extends Check {
  readonly blocks: readonly string[];
}

async function withServer<T>(use: (address: string, server: EmbeddedServer) => Promise<T>): Promise<T> {
  const server = new EmbeddedServer();
  try {
    return await use((await server.listen()).address, server);
  } finally {
    await server.close();
  }
}

/** Runs a TypeScript program on Node. */
function onNode(folder: string, file: string, last: string): Promise<unknown> {
  return succeeds([process.execPath, "--import", "tsx", file], { cwd: folder, last });
}

/** What a command line of README means here: the runtimes are not on PATH. */
function command([name = "", ...args]: readonly string[]): [string, ...string[]] {
  if (name === "npx") return [name, "--no-install", ...args];
  if (name !== "deno" && name !== "bun") throw new Error(`"${name}" is no command of these checks`);
  // What would be asked for is refused, so that the permissions that are named must do.
  return [runtimeCommand(name), ...args.flatMap((arg) => (arg === "run" ? ["run", "--no-prompt"] : [arg]))];
}

/** Starts what serves until it is stopped, with other ports, and waits for its words on standard output. */
async function serves(
  folder: string,
  line: readonly string[],
  words: RegExp,
  others: Readonly<Record<string, string>>,
): Promise<void> {
  const [program, ...args] = command(line).map((arg) => others[arg] ?? arg) as [string, ...string[]];
  const child = spawn(program, args, { cwd: folder, detached: true, env: { ...process.env, NO_COLOR: "1" } });
  let output = "";
  try {
    await new Promise<void>((resolve, reject) => {
      child.stderr.on("data", (chunk) => {
        output += chunk;
      });
      child.stdout.on("data", (chunk) => {
        output += chunk;
        if (words.test(output)) resolve();
      });
      child.once("close", (code) => reject(new Error(`${line.join(" ")} ended with ${code}: ${output}`)));
    });
  } finally {
    // npx and what it started.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
  }
}

const FIRST = "A first workflow in one file";

async function firstWorkflow(folder: string): Promise<void> {
  await serves(folder, [...(commandLines(`${FIRST}, sh`)[0] ?? []), "--port", "0"], /127\.0\.0\.1:\d+/, {});
  await withServer(async (address) => {
    writeFileSync(join(folder, "hello.ts"), printed(`${FIRST}, ts`).replace("localhost:7233", address));
    writeFileSync(join(folder, "start.ts"), printed(`${FIRST}, ts 2`));
    for (const line of [
      commandLines(`${FIRST}, sh`)[1] ?? [],
      ["bun", "start.ts"],
      ["deno", "run", "-A", "start.ts"],
    ])
      await succeeds(command(line), { cwd: folder, last: "Hello, world!" });
  });
}

async function embeddedServer(folder: string): Promise<void> {
  const program = `${printed("The embedded server, ts")}
    console.log((await connection.workflowService.describeNamespace({ namespace: "default" })).namespaceInfo?.name);
    await connection.close(); await server.close();`;
  writeFileSync(join(folder, "embedded.mts"), program);
  await onNode(folder, "embedded.mts", "default");
  const [line = []] = commandLines("The embedded server, sh");
  await serves(folder, line, /127\.0\.0\.1:\d+/, { "7233": "0" });
}

async function testing(folder: string): Promise<void> {
  writeFileSync(join(folder, "reminder.ts"), printed("Testing, ts"));
  writeFileSync(join(folder, "reminds.ts"), 'import { test } from "./reminder.ts";\nawait test();\n');
  await onNode(folder, "reminds.ts", "It has been 30 days");
}

/** What the section leaves to the reader: a workflow that calls an activity. */
const ORDER = `
import { proxyActivities } from "perdure/workflow";
const { ship } = proxyActivities<{ ship(): Promise<void> }>({ startToCloseTimeout: "1 second" });
export const order = () => ship();
`;

async function faults(folder: string): Promise<void> {
  writeFileSync(join(folder, "order.ts"), ORDER);
  const started = `const worker = await Worker.create({ connection: env.nativeConnection, taskQueue: "orders",
    workflowsPath: new URL("./order.ts", import.meta.url).href, activities: { ship: async () => {} } });
  const running = worker.run();
  const handle = await env.client.workflow.start("order", { taskQueue: "orders", workflowId: "order-1" });
  await handle.result();`;
  const body = printed("Faults on purpose, ts");
  const [before, after] = body.split("// … start order-1, send it updates …\n");
  if (after === undefined) throw new Error("README's faults have no place for the workflow");
  const program = `import assert from "node:assert/strict";
import { TestWorkflowEnvironment } from "perdure/testing";
import { Worker } from "perdure/worker";
${before}${started}\n${after}
worker.shutdown(); await running; console.log("lost", lost.hits);`;
  writeFileSync(join(folder, "faults.mts"), program);
  await onNode(folder, "faults.mts", "lost 1");
}

async function withoutGrpc(folder: string): Promise<void> {
  await withServer(async (address) => {
    const [http, connect] = ["", " 2"].map((at) => printed(`Without gRPC, ts${at}`)) as [string, string];
    writeFileSync(
      join(folder, "http.mts"),
      http.replace("https://temporal.internal:7243", `http://${address}`),
    );
    await onNode(folder, "http.mts", "RUNNING");
    writeFileSync(join(folder, "connect.mts"), connect.replace("localhost:7233", address));
    await onNode(folder, "connect.mts", "default");
  });
}

/** Also that what it prints is what the comments beside it say, and that the tokens are taken. */
async function throughTheGateway(folder: string): Promise<void> {
  writeFileSync(join(folder, "gateway.mts"), printed("Through the gateway, ts"));
  for (const line of [["bun"], [process.execPath, "--import", "tsx"]]) {
    const [program = "", ...args] = line[0] === "bun" ? [runtimeCommand("bun")] : line;
    const { ok, output } = await run(program, [...args, "gateway.mts"], { cwd: folder });
    if (!ok || output.trim() !== "RUNNING\n7") throw new Error(`the program printed ${output}`);
  }
  writeFileSync(join(folder, "tokens.json"), printed("Through the gateway, json"));
  const [line = []] = commandLines("Through the gateway, sh");
  await serves(folder, line, /Gateway: +[\d.]+:\d+/, { "0.0.0.0:8080": "127.0.0.1:0" });
}

async function onTheEdge(folder: string): Promise<void> {
  writeFileSync(join(folder, "edge.ts"), printed("On the edge, ts"));
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, "edge.ts")],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd"],
    absWorkingDir: folder,
  });
  await withServer(async (address) => {
    const script = outputFiles[0]?.text ?? "";
    const worker = await startWorkerd(script, { env: { TEMPORAL_ADDRESS: `http://${address}` } });
    try {
      for (const method of ["POST", "GET"]) {
        const answer: unknown = await (await fetch(`${worker.url}/order-7`, { method })).json();
        const wanted = { workflowId: "order-7", status: "RUNNING" };
        if (JSON.stringify(answer) !== JSON.stringify(wanted))
          throw new Error(`${method}: the Worker answered ${JSON.stringify(answer)}`);
      }
    } finally {
      worker.close();
    }
  });
}

/** The workflow of the first section, its history from a file and from the server. */
async function replay(folder: string): Promise<void> {
  await withServer(async (address, server) => {
    writeFileSync(join(folder, "hello.ts"), printed(`${FIRST}, ts`).replace("localhost:7233", address));
    writeFileSync(join(folder, "start.ts"), printed(`${FIRST}, ts 2`));
    await onNode(folder, "start.ts", "Hello, world!");
    const connection = await Connection.connect({ transport: server });
    const history = await new Client({ connection }).workflow.getHandle("hello-1").fetchHistory();
    await connection.close();
    for (const name of ["src", "histories"]) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, "src/workflows.ts"), 'export { hello } from "../hello.ts";\n');
    writeJson(folder, "histories/hello-1.json", historyToJson(history));
    const others: Readonly<Record<string, string>> = {
      "localhost:7233": address,
      'WorkflowType="order"': 'WorkflowType="hello"',
    };
    for (const line of commandLines("Replay histories in CI, sh")) {
      const { output } = await succeeds(command(line.map((arg) => others[arg] ?? arg)), { cwd: folder });
      if (!output.includes("hello-1")) throw new Error(`${line.join(" ")} printed ${output}`);
    }
  });
}

/** The other line, `npm test`, is what runs this. */
async function fromCheckout(): Promise<void> {
  const last = "completed";
  await succeeds(["npm", "start"], { last });
  await succeeds([runtimeCommand("bun"), "run", "start"], { last });
  await succeeds([runtimeCommand("deno"), "task", "start"], { last });
}

function checksOf(folder: string): readonly BlockCheck[] {
  const nap = async (section: string): Promise<void> => {
    writeFileSync(join(folder, "nap.ts"), printed("On Deno, ts"));
    await succeeds(command(commandLines(`${section}, sh`)[0] ?? []), { cwd: folder, last: "rested" });
  };
  return [
    {
      name: "the first workflow, on Node, Bun and Deno",
      blocks: [`${FIRST}, ts`, `${FIRST}, ts 2`, `${FIRST}, sh`],
      run: () => firstWorkflow(folder),
    },
    {
      name: "the embedded server",
      blocks: ["The embedded server, ts", "The embedded server, sh"],
      run: () => embeddedServer(folder),
    },
    { name: "testing", blocks: ["Testing, ts"], run: () => testing(folder) },
    { name: "faults on purpose", blocks: ["Faults on purpose, ts"], run: () => faults(folder) },
    {
      name: "without gRPC",
      blocks: ["Without gRPC, ts", "Without gRPC, ts 2"],
      run: () => withoutGrpc(folder),
    },
    {
      name: "through the gateway",
      blocks: ["Through the gateway, sh", "Through the gateway, json", "Through the gateway, ts"],
      run: () => throughTheGateway(folder),
    },
    { name: "on the edge, in workerd", blocks: ["On the edge, ts"], run: () => onTheEdge(folder) },
    {
      name: "on Deno, with the permissions that are named",
      blocks: ["On Deno, ts", "On Deno, sh"],
      run: () => nap("On Deno"),
    },
    { name: "on Bun", blocks: ["On Bun, sh"], run: () => nap("On Bun") },
    { name: "the main job from a checkout", blocks: ["Try it from a checkout, sh"], run: fromCheckout },
    { name: "replays", blocks: ["Replay histories in CI, sh"], run: () => replay(folder) },
  ];
}

/** A block that nobody runs would go stale. */
async function everyBlock(checks: readonly BlockCheck[]): Promise<void> {
  const present = readmeBlocks().map(({ name }) => name);
  const known = [...checks.flatMap(({ blocks }) => blocks), ...Object.keys(ELSEWHERE)];
  const wrong = [
    ...present.filter((name) => !known.includes(name)).map((name) => `nothing runs "${name}"`),
    ...known.filter((name) => !present.includes(name)).map((name) => `there is no "${name}"`),
  ];
  if (wrong.length > 0) throw new Error(`README.md: ${wrong.join(", ")}`);
}

export const readmeChecks: Group = {
  name: "readme",
  async checks(tarball) {
    const folder = newFolder("readme");
    writeJson(folder, "package.json", { name: "reader", private: true, type: "module" });
    await install(folder, [tarball, pinned("esbuild"), pinned("tsx")]);
    const checks = checksOf(folder);
    return [
      { name: "each block of code is run, or it is said why not", run: () => everyBlock(checks) },
      ...checks,
    ];
  },
};
