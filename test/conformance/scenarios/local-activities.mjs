/** Local activities. */
import { chained } from "./runs.mjs";
import { eventSeen, until } from "./wait.mjs";

const from = (source, list) => list.map((scenario) => ({ source, ...scenario }));
/** The server waits a second for a workflow task: activities that take longer make several. */
const shortTasks = { workflowTaskTimeout: "1 second" };
const completedTasks = (count) => (_event, _index, events) =>
  events.filter(({ workflowTaskCompletedEventAttributes: attributes }) => attributes).length >= count;
const timerStarted = ({ timerStartedEventAttributes: attributes }) => attributes;

const types = ["TRY_CANCEL", "WAIT_CANCELLATION_COMPLETED", "ABANDON"];
const words = (type) => type.toLowerCase().replaceAll("_", "-");

export const localActivityScenarios = [
  ...from("local-activities.ts", [
    { subject: "local-one", workflow: "localOne", args: ["Temporal"] },
    { subject: "local-without-result", workflow: "localWithoutResult" },
    { subject: "local-chain", workflow: "localChain", args: [5] },
    { subject: "local-parallel", workflow: "localParallel" },
    { subject: "local-bytes", workflow: "localBytes", args: [Uint8Array.of(1, 2, 3)] },
    { subject: "local-100-kb", workflow: "localBig", args: [100_000] },
    { subject: "local-with-summary", workflow: "localWithSummary" },
    { subject: "local-with-own-options", workflow: "localWithOwnOptions" },
    { subject: "local-retried", workflow: "localRetried", args: [3] },
    { subject: "local-retried-by-timer", workflow: "localRetriedByTimer", args: [3] },
    { subject: "local-retried-both-ways", workflow: "localRetriedBothWays" },
    { subject: "local-not-retried", workflow: "localNotRetried" },
    { subject: "local-failure-with-cause", workflow: "localFailureWithCause" },
    { subject: "local-failure-not-caught", workflow: "localFailureNotCaught" },
    { subject: "local-error-type-not-retried", workflow: "localErrorTypeNotRetried" },
    { subject: "local-retries-exhausted", workflow: "localRetriesExhausted" },
    { subject: "local-start-to-close-timeout", workflow: "localStartToCloseTimeout" },
    { subject: "local-start-to-close-retried", workflow: "localStartToCloseRetried" },
    { subject: "local-schedule-to-close-timeout", workflow: "localScheduleToCloseTimeout" },
    { subject: "local-schedule-to-close-by-timer", workflow: "localScheduleToCloseByTimer" },
    {
      subject: "local-schedule-to-start-timeout",
      note: "the worker runs one local activity at a time",
      workflow: "localScheduleToStartTimeout",
      async run({ start, startWorker, ended, save }) {
        await startWorker({ maxConcurrentLocalActivityExecutions: 1 });
        const handle = await start();
        await ended(handle);
        await save(handle);
      },
    },
    { subject: "local-and-activity", workflow: "localAndActivity" },
    { subject: "local-between-timers", workflow: "localBetweenTimers" },
    { subject: "local-or-timer", workflow: "localOrTimer", options: shortTasks },
    { subject: "local-long", workflow: "localLong", args: [2_000], options: shortTasks },
    chained({ subject: "local-then-continue-as-new", workflow: "localThenContinue", args: [2] }),
    { subject: "local-left-running", workflow: "localLeftRunning" },
    { subject: "local-not-awaited", workflow: "localNotAwaited" },
    { subject: "local-with-patch", workflow: "localWithPatch" },
    {
      subject: "local-and-signals",
      note: "signals and queries come while the activity runs",
      workflow: "localAndSignals",
      args: [2],
      options: shortTasks,
      async act(handle) {
        await eventSeen(handle, completedTasks(1));
        await handle.signal("poke", "a");
        await handle.query("names");
        await handle.signal("poke", "b");
        await handle.query("names");
      },
    },
    {
      subject: "local-in-signal-handler",
      workflow: "localInSignalHandler",
      args: [3],
      async act(handle) {
        await eventSeen(handle, completedTasks(1));
        for (const [index, name] of ["a", "b", "c"].entries()) {
          await handle.signal("poke", name);
          await eventSeen(handle, completedTasks(index + 2));
        }
      },
    },
    {
      subject: "local-in-update",
      workflow: "localInUpdate",
      async act(handle) {
        await eventSeen(handle, completedTasks(1));
        await handle.executeUpdate("greetAll", { args: ["a", "b"], updateId: "first" });
        await handle.executeUpdate("greetAll", { args: ["c", "d"], updateId: "second" });
        await handle.signal("close");
      },
    },
    {
      subject: "local-worker-killed",
      note: "the first worker dies while it runs the activity; the second one runs it again",
      workflow: "localLong",
      args: [2_000],
      options: shortTasks,
      async run({ start, startWorker, startWorkerProcess, ended, save }) {
        const first = await startWorkerProcess();
        const handle = await start();
        await eventSeen(handle, completedTasks(1));
        await first.kill();
        await startWorker();
        await ended(handle);
        await save(handle);
      },
    },
  ]),
  ...from("local-cancellation.ts", [
    ...types.flatMap((type) => [
      { subject: `local-${words(type)}-running`, workflow: "localCancelledRunning", args: [type, "cancel"] },
      { subject: `local-${words(type)}-at-once`, workflow: "localCancelledAtOnce", args: [type] },
      { subject: `local-${words(type)}-in-backoff`, workflow: "localCancelledInBackoff", args: [type] },
    ]),
    {
      subject: "local-wait-cancellation-returns",
      workflow: "localCancelledRunning",
      args: ["WAIT_CANCELLATION_COMPLETED", "return"],
    },
    {
      subject: "local-wait-cancellation-fails",
      workflow: "localCancelledRunning",
      args: ["WAIT_CANCELLATION_COMPLETED", "fail"],
    },
    {
      subject: "local-try-cancel-returns",
      workflow: "localCancelledRunning",
      args: ["TRY_CANCEL", "return"],
    },
    {
      subject: "local-cancelled-in-timer",
      workflow: "localCancelledInTimer",
      async act(handle) {
        await eventSeen(handle, timerStarted);
        await handle.cancel();
      },
    },
    { subject: "local-in-cancelled-scope", workflow: "localInCancelledScope" },
    ...types.map((type) => ({
      subject: `local-of-cancelled-workflow-${words(type)}`,
      workflow: "localInCancelledWorkflow",
      args: [type],
      options: shortTasks,
      async act(handle) {
        await until(async () => (await handle.fetchHistory()).events.length >= 4);
        await handle.cancel();
      },
    })),
  ]),
];
