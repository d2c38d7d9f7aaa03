/** Trouble with workflow tasks, and order within one task. */
import { eventSeen, quiet, settled } from "./wait.mjs";

const source = "tasks.ts";

const taskFailed = ({ workflowTaskFailedEventAttributes: failed }) => failed;
const taskTimedOut = ({ workflowTaskTimedOutEventAttributes: timedOut }) => timedOut;

const activityDone = ({ activityTaskCompletedEventAttributes: completed }) => completed;
const resolved = (event) => event.activityTaskCompletedEventAttributes ?? event.timerFiredEventAttributes;

/** Takes one workflow task from the queue and never answers. */
async function swallowTask({ connection, taskQueue }) {
  const request = {
    namespace: "default",
    taskQueue: { name: taskQueue },
    identity: "recorder-silent-worker",
  };
  const poll = () => connection.workflowService.pollWorkflowTaskQueue(request);
  const task = await connection.withDeadline(Date.now() + 20_000, poll);
  if (task.taskToken.length === 0) throw new Error("there was no task to swallow");
}

/**
 * A run in which everything is resolved and no worker has seen it. Which activity the server hands out first is chance: runs
 * in which the second one ended first are given up.
 */
async function resolvedInOrder(context) {
  for (let attempt = 1; ; attempt++) {
    const first = await context.startWorker({ only: "workflows" });
    const handle = await context.start({ workflowId: `${context.workflowId}-${attempt}` });
    await eventSeen(handle, ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled);
    await first.stop();
    await handle.signal("poke", "a");
    const second = await context.startWorker({ only: "activities", maxConcurrentActivityTaskExecutions: 1 });
    await eventSeen(handle, (_event, _index, events) => events.filter(resolved).length === 4);
    await second.stop();
    const { events } = await handle.fetchHistory();
    const [one, two] = events
      .flatMap((event) => activityDone(event) ?? [])
      .map(({ scheduledEventId }) => Number(scheduledEventId));
    if (one < two) return handle;
    await handle.terminate("the activities ended in the other order");
  }
}

export const taskScenarios = [
  {
    subject: "task-failed-then-fixed",
    source,
    note: "the first worker runs broken/tasks.ts, the second one tasks.ts",
    workflow: "fixedLater",
    args: ["you"],
    async run({ start, startWorker, ended, save }) {
      const broken = await startWorker({ bundle: "broken" });
      const handle = await start();
      await eventSeen(handle, taskFailed);
      await broken.stop();
      await startWorker();
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "task-failed-unknown-type",
    source,
    note: "the first worker does not know the workflow type",
    workflow: "fixedLater",
    args: ["you"],
    options: { workflowTaskTimeout: "2 seconds" },
    async run({ start, startWorker, ended, save }) {
      const empty = await startWorker({ bundle: "empty" });
      const handle = await start();
      await eventSeen(handle, taskFailed);
      await empty.stop();
      await startWorker();
      await ended(handle);
      await save(handle);
    },
  },
  {
    subject: "task-timed-out-first",
    source,
    note: "the first workflow task is taken and never answered",
    workflow: "fixedLater",
    args: ["you"],
    options: { workflowTaskTimeout: "1 second" },
    async run(context) {
      const handle = await context.start();
      await swallowTask(context);
      await context.startWorker();
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "task-timed-out-later",
    source,
    note: "a workflow task in the middle is taken and never answered",
    workflow: "pausesInTheMiddle",
    options: { workflowTaskTimeout: "1 second" },
    async run(context) {
      const first = await context.startWorker();
      const handle = await context.start();
      await eventSeen(handle, activityDone);
      await quiet(handle);
      await first.stop();
      await handle.signal("resume");
      await swallowTask(context);
      await eventSeen(handle, taskTimedOut);
      await context.startWorker();
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "worker-killed-in-the-middle",
    source,
    note: "the worker is killed while the run waits: its sticky queue times out, another worker replays and goes on",
    workflow: "pausesInTheMiddle",
    async run(context) {
      const victim = await context.startWorkerProcess();
      const handle = await context.start();
      await eventSeen(handle, activityDone);
      await quiet(handle);
      await victim.kill();
      await handle.signal("resume");
      await context.startWorker();
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "worker-restarted-in-the-middle",
    source,
    note: "the worker is shut down in order while the run waits; another one goes on",
    workflow: "pausesInTheMiddle",
    async run(context) {
      const first = await context.startWorker();
      const handle = await context.start();
      await eventSeen(handle, activityDone);
      await quiet(handle);
      await first.stop();
      await handle.signal("resume");
      await context.startWorker();
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "worker-without-cache",
    source,
    note: "no sticky queue: each task brings the whole history",
    workflow: "pausesInTheMiddle",
    async run(context) {
      await context.startWorker({ maxCachedWorkflows: 0 });
      const handle = await context.start();
      await eventSeen(handle, activityDone);
      await quiet(handle);
      await handle.signal("resume");
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "open-run",
    source,
    note: "fetched while the run waits",
    workflow: "staysOpen",
    async run(context) {
      await context.startWorker();
      const handle = await context.start();
      await eventSeen(handle, ({ timerStartedEventAttributes: started }) => started);
      await settled(handle);
      await context.save(handle);
      await handle.terminate("recorded");
    },
  },
  {
    subject: "order-of-resolutions",
    source: "order.ts",
    note: "activities, timers, a signal and conditions become ready while no worker runs: one activation resolves them all",
    workflow: "orderOfResolutions",
    async run(context) {
      const handle = await resolvedInOrder(context);
      await context.startWorker();
      await context.ended(handle);
      await context.save(handle);
    },
  },
];
