/**
 * Records histories with an older official SDK, for test/replay/versions.test.ts:
 *
 *   npm ci --prefix test/interop/versions/1.9.3
 *   TEMPORAL_CLI=<path of temporal> npx tsx test/interop/versions/record.mjs 1.9.3
 *
 * The packages of one version lie in the folder of its name; the workflows are test/conformance/workflows/versions.ts for all.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { historyToJson } from "../../../src/gen/codec/temporal/api/history/v1/message.json.ts";
import { decodeHistory } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";

const version = process.argv[2];
if (!version) throw new Error("which version? node test/interop/versions/record.mjs 1.9.3");
const require = createRequire(new URL(`./${version}/package.json`, import.meta.url));
const {
  Worker,
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
} = require("@temporalio/worker");
const { Client, Connection } = require("@temporalio/client");
const { temporal } = require("@temporalio/proto");

const workflowsPath = fileURLToPath(new URL("../../conformance/workflows/versions.ts", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = new URL(`../../histories/${version}/`, import.meta.url);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const activities = {
  greet: async (name) => `Hello, ${name}!`,
  slow: async (label, delayMs) => {
    await pause(Math.min(delayMs, 3000));
    return label;
  },
  fail: async (message) => {
    throw new Error(message);
  },
};

/** What a user does while the workflow runs, by workflow. */
const users = {
  activities: {},
  timers: {},
  signals: {
    act: async (handle) => {
      for (const value of ["a", "b", "c"]) {
        await handle.signal("push", value);
        await pause(50);
      }
    },
  },
  patches: {},
  scopes: {},
  children: {},
  conditions: {
    act: async (handle) => {
      await pause(200);
      await handle.signal("push", "now");
    },
  },
  continued: { args: [2] },
  locals: {},
  updates: {
    act: async (handle) => {
      await handle.executeUpdate("set", { args: ["first"] });
      await handle.executeUpdate("set", { args: [""] }).catch(() => undefined);
      await handle.executeUpdate("set", { args: ["second"] });
    },
  },
};

async function startServer() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  const flags = ["--headless", "--ip", "127.0.0.1", "--port", `${port}`, "--log-level", "error"];
  const program = process.env.TEMPORAL_CLI ?? "temporal";
  const child = spawn(program, ["server", "start-dev", ...flags], { stdio: "ignore" });
  const address = `127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: "2s" });
      return { connection, address, stop: () => child.kill() };
    } catch (error) {
      if (tries === 30) throw error;
      await pause(500);
    }
  }
}

function alias(config) {
  config.resolve.alias = {
    ...config.resolve.alias,
    "perdure/workflow$": require.resolve("@temporalio/workflow"),
  };
  config.resolve.modules = [
    fileURLToPath(new URL(`./${version}/node_modules`, import.meta.url)),
    "node_modules",
  ];
  return config;
}

const logger = new DefaultLogger("ERROR");
Runtime.install({ logger });
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const server = await startServer();
const nativeConnection = await NativeConnection.connect({ address: server.address });
const client = new Client({ connection: server.connection });
const worker = await Worker.create({
  connection: nativeConnection,
  taskQueue: "versions",
  workflowBundle: await bundleWorkflowCode({ workflowsPath, webpackConfigHook: alias, logger }),
  activities,
});
let recorded = 0;

async function save(name, workflowId, runId) {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const bytes = temporal.api.history.v1.History.encode({ events }).finish();
  const text = JSON.stringify(historyToJson(decodeHistory(bytes)), undefined, 1);
  writeFileSync(new URL(`${name}.json`, folder), `${text.replaceAll(root, "/")}\n`);
  recorded++;
}

await worker.runUntil(async () => {
  for (const [type, { args = [], act }] of Object.entries(users)) {
    const workflowId = `wf-${type}`;
    const handle = await client.workflow.start(type, { taskQueue: "versions", workflowId, args });
    await act?.(handle);
    await handle.result();
    const { runId } = await client.workflow.getHandle(workflowId).describe();
    await save(type, workflowId, runId);
    const { firstExecutionRunId } = handle;
    if (firstExecutionRunId !== runId) await save(`${type}-first`, workflowId, firstExecutionRunId);
  }
});
await nativeConnection.close();
server.stop();
const { version: installed } = JSON.parse(
  readFileSync(new URL(`./${version}/node_modules/@temporalio/worker/package.json`, import.meta.url), "utf8"),
);
console.log(`${recorded} histories of ${installed}`);
process.exit(0);
