/** Children: how they start, end, are told things and are cancelled. */
import { eventSeen, settled, until } from "./wait.mjs";

const started = ({ childWorkflowExecutionStartedEventAttributes: attributes }) => attributes;
const cancelAsked = ({ requestCancelExternalWorkflowExecutionInitiatedEventAttributes: attributes }) =>
  attributes;
const cancelDelivered = ({ externalWorkflowExecutionCancelRequestedEventAttributes: attributes }) =>
  attributes;

const childOf = ({ client, workflowId }) => client.getHandle(`${workflowId}-child`);

const plain = {
  "child-result": ["childResult"],
  "child-ids-and-randomness": ["childIdsAndRandomness"],
  "children-in-parallel": ["childrenInParallel", [5]],
  "child-with-options": ["childWithOptions"],
  "child-failure-caught": ["childFailure"],
  "child-failure-not-caught": ["childFailureNotCaught"],
  "child-failure-not-waited-for": ["childFailureNotWaitedFor"],
  "child-timeout": ["childTimeout"],
  "child-already-started": ["childAlreadyStarted"],
  "child-already-started-not-caught": ["childAlreadyStartedNotCaught"],
  "child-signalled": ["childSignalled"],
  "child-signalled-too-late": ["childSignalledTooLate"],
  "child-of-child": ["childOfChild"],
  "child-continued-as-new": ["childContinuedAsNew"],
  "child-retried": ["childRetried"],
  "child-and-timer": ["childrenAndTimer"],
};

const cancelling = {
  "child-abandon": ["childCancelled", ["ABANDON"]],
  "child-try-cancel": ["childCancelled", ["TRY_CANCEL"]],
  "child-wait-cancellation-completed": ["childCancelled", ["WAIT_CANCELLATION_COMPLETED"]],
  "child-wait-cancellation-requested": ["childCancelled", ["WAIT_CANCELLATION_REQUESTED"]],
  "child-abandon-ignored": ["childIgnoresCancellation", ["ABANDON"]],
  "child-try-cancel-ignored": ["childIgnoresCancellation", ["TRY_CANCEL"]],
  "child-wait-cancellation-ignored": ["childIgnoresCancellation", ["WAIT_CANCELLATION_COMPLETED"]],
  "child-wait-requested-ignored": ["childIgnoresCancellation", ["WAIT_CANCELLATION_REQUESTED"]],
  "child-try-cancel-fails": ["childFailsOnCancellation", ["TRY_CANCEL"]],
  "child-wait-cancellation-fails": ["childFailsOnCancellation", ["WAIT_CANCELLATION_COMPLETED"]],
  "child-cancelled-before-sent": ["childCancelledBeforeSent"],
  "child-in-cancelled-scope": ["childInCancelledScope"],
};

const scenariosOf = (source, table) =>
  Object.entries(table).map(([subject, [workflow, args]]) => ({ subject, workflow, source, args }));

const isDone = async (handle) => (await handle.describe()).status.name !== "RUNNING";

/** The parent ends while its child runs; the child's own history is kept too. */
const leaving = ["TERMINATE", "ABANDON", "REQUEST_CANCEL"].map((policy) => {
  const subject = `child-left-${policy.toLowerCase().replace("_", "-")}`;
  return {
    subject,
    workflow: "leavesChild",
    source: "children.ts",
    args: [policy],
    async run(context) {
      await context.startWorker();
      const handle = await context.start();
      await context.ended(handle);
      const child = childOf(context);
      if (policy === "ABANDON") {
        await settled(child);
        await child.cancel();
      }
      await until(() => isDone(child));
      await context.save(handle);
      await context.save(child, `${subject}-itself`);
    },
  };
});

const indexOf = (events, matches) => events.findIndex(matches);

/**
 * A child that is cancelled after the server was asked for it and before it has started. Whether the signal comes in the middle
 * of the workflow task, and whether the server cancels before it starts, is chance: other runs are given up.
 */
function beforeStart(way, isWanted) {
  return {
    subject: `child-cancelled-before-start-${way.toLowerCase().replaceAll("_", "-")}`,
    note: "the child is cancelled after its start was asked for and before it has started",
    workflow: "childCancelledBeforeStart",
    source: "child-cancellation.ts",
    args: [way],
    async run(context) {
      await context.startWorker();
      for (let attempt = 1; ; attempt++) {
        const handle = await context.start({ workflowId: `${context.workflowId}-${attempt}` });
        await settled(handle);
        await handle.signal("begin");
        await context.pause(100);
        await handle.signal("stop");
        await context.ended(handle);
        const { events } = await handle.fetchHistory();
        if (isWanted(events)) return await context.save(handle);
      }
    },
  };
}

const askedBeforeStart = (events) => {
  const asked = indexOf(events, cancelAsked);
  return asked >= 0 && asked < indexOf(events, started) && events.some(cancelDelivered);
};
const signalledBeforeStart = (events) =>
  events.findLastIndex(({ workflowExecutionSignaledEventAttributes: signal }) => signal) <
  indexOf(events, started);

export const childScenarios = [
  ...scenariosOf("children.ts", plain),
  ...scenariosOf("child-cancellation.ts", cancelling),
  ...leaving,
  {
    subject: "child-terminated",
    workflow: "childTerminated",
    source: "children.ts",
    async act(handle, context) {
      await eventSeen(handle, started);
      await childOf(context).terminate("by a user");
    },
  },
  ...["cancelledWithChild", "cancelledByItsChild"].map((workflow, index) => ({
    subject: ["child-of-cancelled-workflow", "child-cancels-with-workflow"][index],
    workflow,
    source: "child-cancellation.ts",
    async act(handle) {
      await eventSeen(handle, started);
      await settled(handle);
      await handle.cancel();
    },
  })),
  beforeStart("ABANDON", signalledBeforeStart),
  beforeStart("TRY_CANCEL", askedBeforeStart),
  beforeStart("WAIT_CANCELLATION_COMPLETED", askedBeforeStart),
  beforeStart("WAIT_CANCELLATION_REQUESTED", askedBeforeStart),
];
