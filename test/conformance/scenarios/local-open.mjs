/** What happens to a run, or to its worker, while a local activity of it is open. */
import { resetTo } from "./reset.mjs";
import { eventSeen } from "./wait.mjs";

const options = { workflowTaskTimeout: "1 second" };
const anyCompletedTask = (event) => event.workflowTaskCompletedEventAttributes;

async function resetMeanwhile(context) {
  await context.startWorker();
  const handle = await context.start();
  await eventSeen(handle, anyCompletedTask);
  const { events } = await handle.fetchHistory();
  const after = await resetTo(events.find(anyCompletedTask), handle, context);
  await context.ended(after);
  await context.save(after);
}

export const localOpenScenarios = [
  {
    subject: "local-open-reset",
    note: "the run made by a reset while a local activity was open: it is run again",
    args: ["slow", 2_000],
    run: resetMeanwhile,
  },
  {
    subject: "local-open-shutdown",
    note: "the worker is told to end while a local activity runs: it ends in the grace time, and the task is answered",
    args: ["slow", 2_000],
    async run({ start, startWorker, ended, save }) {
      const worker = await startWorker({ shutdownGraceTime: 20_000, shutdownForceTime: 30_000 });
      const handle = await start();
      await eventSeen(handle, anyCompletedTask);
      await worker.stop();
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "local-open-evicted",
    note: "two other runs fill the cache, which has room for two",
    args: ["slow", 3_000],
    async run({ start, startWorker, ended, save, workflowId }) {
      await startWorker({ maxCachedWorkflows: 2 });
      const handle = await start();
      await eventSeen(handle, anyCompletedTask);
      const others = ["second", "third"].map((name) =>
        start({ workflowId: `${workflowId}-${name}`, args: ["slow", 1_200] }),
      );
      for (const other of await Promise.all(others)) await other.result();
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "local-open-without-cache",
    note: "between two workflow tasks the run leaves the cache, or would",
    args: ["slow", 2_000],
    async run({ start, startWorker, ended, save }) {
      await startWorker({ maxCachedWorkflows: 0 });
      const handle = await start();
      await ended(handle);
      await save(handle);
    },
  },
].map((scenario) => ({ workflow: "localOpen", source: "local-open.ts", options, ...scenario }));

/** An update or a signal that comes after a task which was answered while the first local activity ran. */
const afterEarlyAnswer = (send, workerOptions) => ({
  workflow: "earlyAnswers",
  source: "early-answers.ts",
  options: { workflowTaskTimeout: "2 seconds" },
  args: [2, 4_000],
  async run({ start, startWorker, ended, save }) {
    await startWorker(workerOptions);
    const handle = await start();
    await eventSeen(handle, anyCompletedTask);
    await send(handle);
    await ended(handle);
    await save(handle);
  },
});
const update = (handle) => handle.executeUpdate("addEarly", { args: ["second", 300], updateId: "early" });
const signal = (handle) => handle.signal("noteEarly", "second", 300);

export const earlyAnswerScenarios = [
  { subject: "local-early-update", ...afterEarlyAnswer(update) },
  { subject: "local-early-update-without-cache", ...afterEarlyAnswer(update, { maxCachedWorkflows: 0 }) },
  { subject: "local-early-signal-without-cache", ...afterEarlyAnswer(signal, { maxCachedWorkflows: 0 }) },
];
