/** Updates, and the groups of events that handlers make. */
import { resetTo } from "./reset.mjs";
import { saveChain } from "./runs.mjs";
import { eventSeen, settled, until } from "./wait.mjs";

const source = "updates.ts";
const completedTask = ({ workflowTaskCompletedEventAttributes: attributes }) => attributes;
const admittedEvent = ({ workflowExecutionUpdateAdmittedEventAttributes: attributes }) => attributes;
const firedTimer = ({ timerFiredEventAttributes: attributes }) => attributes;
const cancelledTimer = ({ timerCanceledEventAttributes: attributes }) => attributes;
const startedTimers = (count) => (_event, _index, events) =>
  events.filter(({ timerStartedEventAttributes: attributes }) => attributes).length >= count;

/** Sends an update without waiting for it, and sees that the server has it. Gives a function that waits for its result. */
async function admitted({ connection, workflowId }, handle, name, options) {
  const sent = handle.executeUpdate(name, options);
  sent.catch(() => undefined);
  const request = {
    namespace: "default",
    updateRef: { workflowExecution: { workflowId }, updateId: options.updateId },
    identity: "recorder-client",
  };
  await until(() =>
    connection.workflowService.pollWorkflowExecutionUpdate(request).then(
      () => true,
      () => false,
    ),
  );
  return () => sent;
}

/** The update must fail; the error's cause is given. */
async function refused(update) {
  try {
    await update;
  } catch (error) {
    return error.cause;
  }
  throw new Error("the update was to fail, but it succeeded");
}

function same(actual, expected) {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`expected ${wanted}, got ${found}`);
}

const plain = [
  {
    subject: "update-completed-at-once",
    workflow: "sums",
    async act(handle) {
      await settled(handle);
      same(await handle.executeUpdate("add", { args: [2], updateId: "two" }), 2);
      const update = await handle.startUpdate("add", {
        args: [3],
        updateId: "three",
        waitForStage: "ACCEPTED",
      });
      same(await update.result(), 5);
      same(await update.result(), 5);
      await handle.signal("close");
    },
  },
  {
    subject: "update-same-id",
    note: "the second update of an id is the first one",
    workflow: "sums",
    async act(handle) {
      same(await handle.executeUpdate("add", { args: [2], updateId: "once" }), 2);
      same(await handle.executeUpdate("add", { args: [2], updateId: "once" }), 2);
      same(await handle.getUpdateHandle("once").result(), 2);
      await handle.signal("close");
    },
  },
  {
    subject: "update-rejected",
    note: "validators refuse, also an update of no handler: the speculative tasks leave no trace",
    workflow: "sums",
    async act(handle) {
      await settled(handle);
      const cause = await refused(handle.executeUpdate("add", { args: [-1], updateId: "minus" }));
      same([cause?.message, cause?.type], ["-1 is not positive", "NotPositive"]);
      const unknown = await refused(handle.executeUpdate("nobody-takes-this", { updateId: "unknown" }));
      same(unknown?.message, "No registered handler for update: nobody-takes-this");
      same(await handle.executeUpdate("add", { args: [4], updateId: "four" }), 4);
      await refused(handle.executeUpdate("add", { args: [0], updateId: "zero" }));
      await handle.signal("close");
    },
  },
  {
    subject: "update-activities",
    workflow: "waitsInUpdates",
    async act(handle) {
      const greetings = await handle.executeUpdate("greetAll", { args: [["a", "b"]], updateId: "greet" });
      same(greetings.length, 2);
      await handle.signal("close");
    },
  },
  {
    subject: "update-rejected-while-activity-runs",
    note: "what a discarded task saw is forgotten, what was there before it is not",
    workflow: "waitsInUpdates",
    async act(handle) {
      const held = await handle.startUpdate("hold", {
        args: ["x"],
        updateId: "hold",
        waitForStage: "ACCEPTED",
      });
      await settled(handle);
      await refused(handle.executeUpdate("nobody-takes-this", { updateId: "unknown-1" }));
      await refused(handle.executeUpdate("nobody-takes-this", { updateId: "unknown-2" }));
      await handle.signal("release");
      same(await held.result(), "hold x");
      await handle.executeUpdate("greetAll", { args: [["a"]], updateId: "greet" });
      await handle.signal("close");
    },
  },
  {
    subject: "update-failed",
    workflow: "waitsInUpdates",
    async act(handle) {
      const cause = await refused(handle.executeUpdate("failIn", { args: [20], updateId: "fail" }));
      same([cause?.message, cause?.type], ["failed as told", "AsTold"]);
      await handle.signal("close");
    },
  },
  {
    subject: "update-handlers-unfinished",
    workflow: "leavesHandlers",
    async act(handle) {
      await handle.startUpdate("hold", { args: ["x"], updateId: "hold", waitForStage: "ACCEPTED" });
      await handle.startUpdate("greetAll", { args: [[]], updateId: "greet", waitForStage: "ACCEPTED" });
    },
  },
  {
    subject: "update-cancelled",
    workflow: "cancelledInUpdate",
    async act(handle) {
      const held = await handle.startUpdate("hold", {
        args: ["x"],
        updateId: "hold",
        waitForStage: "ACCEPTED",
      });
      await eventSeen(handle, startedTimers(1));
      await handle.cancel();
      await refused(held.result());
    },
  },
  {
    subject: "update-validator-changes-arguments",
    workflow: "validatorChangesArguments",
    async act(handle) {
      same(await handle.executeUpdate("greetAll", { args: [["a"]], updateId: "greet" }), ["a"]);
    },
  },
  {
    subject: "update-any-name",
    workflow: "anyUpdate",
    async act(handle) {
      same(await handle.executeUpdate("one", { args: [1, 2], updateId: "one" }), 1);
      same(await handle.executeUpdate("two", { updateId: "two" }), 2);
    },
  },
  {
    subject: "event-groups",
    note: "commands of handlers name the signal or update they belong to",
    workflow: "groupedEvents",
    async act(handle) {
      await eventSeen(handle, firedTimer);
      await settled(handle);
      await handle.signal("note", "a");
      await eventSeen(handle, startedTimers(3));
      await handle.signal("release");
      await eventSeen(handle, cancelledTimer);
      await handle.executeUpdate("hold", { args: ["b"], updateId: "hold" });
    },
  },
];

const whole = [
  {
    subject: "update-before-first-task",
    workflow: "sums",
    async run(context) {
      const handle = await context.start();
      const added = await admitted(context, handle, "add", { args: [2], updateId: "two" });
      const refusal = await admitted(context, handle, "add", { args: [-2], updateId: "minus" });
      await context.startWorker();
      same(await added(), 2);
      await refused(refusal());
      await handle.signal("close");
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "update-several-in-one-task",
    note: "two signals and three updates come with the first task",
    workflow: "notesEverything",
    args: [7],
    async run(context) {
      const handle = await context.start();
      await handle.signal("note", "a");
      const one = await admitted(context, handle, "add", { args: [1], updateId: "one" });
      const held = await admitted(context, handle, "hold", { args: ["x"], updateId: "hold" });
      const two = await admitted(context, handle, "add", { args: [2], updateId: "two" });
      await handle.signal("note", "b");
      await context.startWorker();
      await Promise.all([one(), held(), two()]);
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "update-and-signal-in-a-later-task",
    note: "no worker runs while the signals and updates come",
    workflow: "notesEverything",
    args: [6],
    async run(context) {
      const first = await context.startWorker();
      const handle = await context.start();
      await settled(handle);
      await first.stop();
      await handle.signal("note", "a");
      const one = await admitted(context, handle, "add", { args: [1], updateId: "one" });
      const held = await admitted(context, handle, "hold", { args: ["x"], updateId: "hold" });
      await handle.signal("note", "b");
      await context.startWorker();
      await Promise.all([one(), held()]);
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "update-with-start-new",
    workflow: "sums",
    async run(context) {
      await context.startWorker();
      const startWorkflowOperation = context.withStart();
      const { client } = context;
      const options = { args: [2], updateId: "two", startWorkflowOperation };
      same(await client.executeUpdateWithStart("add", options), 2);
      const { workflowId } = await startWorkflowOperation.workflowHandle();
      const handle = client.getHandle(workflowId);
      await handle.signal("close");
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "update-with-start-existing",
    workflow: "sums",
    async run(context) {
      await context.startWorker();
      const handle = await context.start();
      await settled(handle);
      const { client } = context;
      const options = { args: [2], updateId: "two", startWorkflowOperation: context.withStart() };
      same(await client.executeUpdateWithStart("add", options), 2);
      const failing = context.withStart({ workflowIdConflictPolicy: "FAIL" });
      const refusal = await client
        .executeUpdateWithStart("add", { args: [3], updateId: "three", startWorkflowOperation: failing })
        .catch((error) => error);
      same(refusal.name, "WorkflowExecutionAlreadyStartedError");
      await handle.signal("close");
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "update-with-start-rejected",
    note: "the workflow is started although its update is refused",
    workflow: "sums",
    async run(context) {
      await context.startWorker();
      const startWorkflowOperation = context.withStart();
      const { client } = context;
      await refused(
        client.executeUpdateWithStart("add", { args: [-2], updateId: "minus", startWorkflowOperation }),
      );
      const { workflowId } = await startWorkflowOperation.workflowHandle();
      const handle = client.getHandle(workflowId);
      await handle.signal("close");
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "update-continue-as-new",
    workflow: "renewedByUpdate",
    args: [0],
    async run(context) {
      await context.startWorker();
      const handle = await context.start();
      same(await handle.executeUpdate("add", { args: [1], updateId: "one" }), 1);
      const first = context.client.getHandle(handle.workflowId, handle.firstExecutionRunId);
      await eventSeen(first, ({ workflowExecutionContinuedAsNewEventAttributes: renewed }) => renewed);
      same(
        await context.client
          .getHandle(handle.workflowId)
          .executeUpdate("add", { args: [1], updateId: "one" }),
        2,
      );
      await context.ended(handle);
      await saveChain(context, handle, "update-continue-as-new");
    },
  },
  {
    subject: "event-groups-continue-as-new",
    workflow: "renewedBySignal",
    args: [0],
    async run(context) {
      await context.startWorker();
      const handle = await context.start();
      await settled(handle);
      await handle.signal("release");
      await context.ended(handle);
      await saveChain(context, handle, "event-groups-continue-as-new");
    },
  },
  {
    subject: "update-worker-killed",
    note: "the worker is killed between acceptance and completion; another one replays the update and goes on with it",
    workflow: "waitsInUpdates",
    async run(context) {
      const victim = await context.startWorkerProcess();
      const handle = await context.start();
      const held = await handle.startUpdate("hold", {
        args: ["x"],
        updateId: "hold",
        waitForStage: "ACCEPTED",
      });
      await settled(handle);
      await victim.kill();
      await handle.signal("release");
      await context.startWorker();
      same(await held.result(), "hold x");
      same(await handle.query("notes"), ["x"]);
      await handle.signal("close");
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "update-without-cache",
    note: "each task brings the whole history",
    workflow: "waitsInUpdates",
    async run(context) {
      await context.startWorker({ maxCachedWorkflows: 0 });
      const handle = await context.start();
      await handle.executeUpdate("greetAll", { args: [["a"]], updateId: "greet" });
      await refused(handle.executeUpdate("nobody-takes-this", { updateId: "unknown" }));
      await handle.signal("close");
      await context.ended(handle);
      await context.save(handle);
    },
  },
  {
    subject: "update-reset",
    note: "the run made by a reset to the first task: the updates are admitted by history, before any worker sees them",
    workflow: "waitsInUpdates",
    async run(context) {
      const first = await context.startWorker();
      const handle = await context.start();
      const held = await handle.startUpdate("hold", {
        args: ["x"],
        updateId: "hold",
        waitForStage: "ACCEPTED",
      });
      await handle.signal("release");
      await held.result();
      await handle.executeUpdate("greetAll", { args: [["a"]], updateId: "greet" });
      await first.stop();
      const { events } = await handle.fetchHistory();
      const after = await resetTo(events.find(completedTask), handle, context);
      await eventSeen(after, admittedEvent);
      await context.startWorker();
      await after.getUpdateHandle("hold").result();
      await after.getUpdateHandle("greet").result();
      await after.signal("close");
      await context.ended(after);
      await context.save(after);
    },
  },
];

export const updateScenarios = [...plain, ...whole].map((scenario) => ({ source, ...scenario }));
