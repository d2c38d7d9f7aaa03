/**
 * A workflow task is answered while the first local activity runs, its worker dies, and the one that takes the run over gets an update
 * with its first task (`earlyAnswers`). Once with workers of the official SDK, once with Perdure's; the official SDK replays both:
 *
 * - of its own history it must say that it does not replay: live, the second worker calls the update's handler first, in a replay it
 *   comes second. Should this ever change, Perdure's README ("Limits") and `src/core/history/slice.ts` have to be looked at again;
 * - Perdure's history it must replay: the handler comes second both times.
 *
 *   npx tsx test/interop/taken-over.mjs
 *
 * Prints what is not so, then `N passed, N failed, 0 skipped`.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Connection, WorkflowClient } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import { eventSeen } from "../conformance/scenarios/wait.mjs";
import { startWorkerProcess } from "../conformance/worker-processes.ts";
import { buildIfStale } from "../harness/build.ts";
import { bundleWorkflows } from "./lib/bundle.mjs";
import { startDevServer } from "./lib/dev-server.mjs";
import { cacheFolder, workflowsFolder } from "./lib/paths.mjs";
import { quietRuntime } from "./lib/quiet-runtime.mjs";

if (!buildIfStale()) throw new Error("the build failed");
quietRuntime();
const workflowBundle = await bundleWorkflows(join(workflowsFolder, "mod.ts"));
await mkdir(cacheFolder, { recursive: true });
const BUNDLE = join(cacheFolder, "taken-over.js");
await writeFile(BUNDLE, workflowBundle.code);

async function officialWorker({ address, taskQueue }) {
  const file = fileURLToPath(new URL("lib/worker-process.mjs", import.meta.url));
  const env = { ...process.env, ADDRESS: address, TASK_QUEUE: taskQueue, BUNDLE };
  const child = fork(file, { execArgv: [], env });
  await once(child, "message");
  return {
    async kill() {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The history of a run that the second worker took over. */
async function takenOver(client, worker) {
  const first = await worker();
  const handle = await client.start("earlyAnswers", {
    taskQueue: worker.taskQueue,
    workflowId: worker.taskQueue,
    args: [2, 3_000],
    workflowTaskTimeout: "1 second",
  });
  await eventSeen(handle, (event) => event.workflowTaskCompletedEventAttributes);
  await first.kill();
  const asked = handle.executeUpdate("addEarly", { args: ["second", 300], updateId: "early" });
  const second = await worker();
  try {
    const answers = [await asked, ...(await handle.result())].join();
    const expected = "second: second,second: second,first: first";
    if (answers !== expected) throw new Error(`${worker.taskQueue}: ${answers} instead of ${expected}`);
    return await handle.fetchHistory();
  } finally {
    await second.kill();
  }
}

/** What the official SDK says of a history; undefined when it replays. */
async function complaint(history, workflowId) {
  try {
    await Worker.runReplayHistory({ workflowBundle, replayName: "taken-over" }, history, workflowId);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

const server = await startDevServer();
const connection = await Connection.connect({ address: server.address });
let failed = 0;
try {
  const client = new WorkflowClient({ connection });
  const started = (start, taskQueue, more = {}) =>
    Object.assign(() => start({ address: server.address, taskQueue, ...more }), { taskQueue });
  const official = started(officialWorker, "taken-over-official");
  const perdure = started(startWorkerProcess, "taken-over-perdure", { workflows: "workflows" });
  const ofOfficial = await complaint(await takenOver(client, official), official.taskQueue);
  const ofPerdure = await complaint(await takenOver(client, perdure), perdure.taskQueue);
  if (!ofOfficial?.includes("TMPRL1100")) {
    failed += 1;
    console.log(`the official SDK's own history: expected a nondeterminism error, got ${ofOfficial}`);
  }
  if (ofPerdure !== undefined) {
    failed += 1;
    console.log(`Perdure's history: ${ofPerdure}`);
  }
} finally {
  await connection.close();
  await server.stop();
}
console.log(`${2 - failed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
