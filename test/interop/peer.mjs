/**
 * The official SDK at the other end of a test, a process of its own (see test/fuzz/official-peer.ts). It does what it is told:
 *
 *   { id, order: "work", taskQueue, cached }   starts a worker; without `cached` it keeps no run
 *   { id, order: "rest", taskQueue }           stops it
 *   { id, order: "replay", workflowId, history }   replays a history (proto3 JSON)
 *
 * and answers `{ id, error? }`. ADDRESS, WORKFLOWS and ACTIVITIES in its environment are the server's address and paths of modules.
 */
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { NativeConnection, Worker } from "@temporalio/worker";
import { bundleWorkflows, loadActivities } from "./lib/bundle.mjs";
import { quietRuntime } from "./lib/quiet-runtime.mjs";

const { ADDRESS, WORKFLOWS, ACTIVITIES } = process.env;

quietRuntime();
const workflowBundle = await bundleWorkflows(WORKFLOWS);
const activities = await loadActivities(ACTIVITIES);
const connection = await NativeConnection.connect({ address: ADDRESS });
/** Workers by task queue. */
const workers = new Map();

async function work({ taskQueue, cached }) {
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle,
    activities,
    identity: "official-peer",
    workflowThreadPoolSize: 1,
    ...(cached ? {} : { maxCachedWorkflows: 0 }),
  });
  workers.set(taskQueue, { worker, ended: worker.run() });
}

async function rest({ taskQueue }) {
  const { worker, ended } = workers.get(taskQueue);
  workers.delete(taskQueue);
  worker.shutdown();
  await ended;
}

/** Histories to be replayed, as they come: a replay worker for each would cost a second. */
const waiting = [];
const asked = new Map();
let wake = () => {};

async function* arriving() {
  for (;;) {
    while (waiting.length > 0) yield waiting.shift();
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
}

async function answerReplays() {
  for await (const { runId, error } of Worker.runReplayHistories(
    { workflowBundle, replayName: "peer" },
    arriving(),
  )) {
    asked.get(runId)?.(error);
    asked.delete(runId);
  }
}

async function replay({ workflowId, history: json }) {
  const history = historyFromJSON(JSON.parse(json));
  const { originalExecutionRunId } = history.events[0].workflowExecutionStartedEventAttributes;
  const outcome = new Promise((resolve) => asked.set(originalExecutionRunId, resolve));
  waiting.push({ workflowId, history });
  wake();
  const error = await outcome;
  if (error) throw error;
}

const orders = { work, rest, replay };

process.on("message", async ({ id, order, ...what }) => {
  try {
    await orders[order](what);
    process.send({ id });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on("disconnect", () => process.exit(0));
process.send("ready");
await answerReplays();
