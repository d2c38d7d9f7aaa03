/** What happens to a run, or to its worker, while a local activity of it is open. */
import { eventSeen } from "./wait.mjs";

const options = { workflowTaskTimeout: "1 second" };
const anyCompletedTask = (event) => event.workflowTaskCompletedEventAttributes;

async function resetMeanwhile({ start, startWorker, ended, save, client, connection, workflowId }) {
  await startWorker();
  const handle = await start();
  await eventSeen(handle, anyCompletedTask);
  const { events } = await handle.fetchHistory();
  const { runId } = await connection.workflowService.resetWorkflowExecution({
    namespace: "default",
    workflowExecution: { workflowId, runId: handle.firstExecutionRunId },
    workflowTaskFinishEventId: events.find(anyCompletedTask).eventId,
    requestId: "reset-request",
    reason: "recorded for replay",
  });
  const after = client.getHandle(workflowId, runId);
  await ended(after);
  await save(after);
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
