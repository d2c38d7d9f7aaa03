/** Nexus operations: how they start, end, time out and are cancelled. */
import { eventSeen } from "./wait.mjs";

const ways = {
  abandon: "ABANDON",
  "try-cancel": "TRY_CANCEL",
  "wait-requested": "WAIT_CANCELLATION_REQUESTED",
  "wait-completed": "WAIT_CANCELLATION_COMPLETED",
};

/** The official SDK takes it for non-determinism when an abandoned operation ends while the workflow still runs. */
const { abandon: _, ...otherWays } = ways;

const inWays = (some, subject, workflow, ...args) =>
  Object.entries(some).map(([name, way]) => [`nexus-${subject}-${name}`, [workflow, [way, ...args]]]);

const plain = {
  "nexus-sync": ["nexusSync"],
  "nexus-sync-handle": ["nexusSyncHandle"],
  "nexus-values": ["nexusValues"],
  "nexus-workflow-completes": ["nexusRun", ["completes"]],
  "nexus-workflow-fails": ["nexusRun", ["fails"]],
  "nexus-failed": ["nexusEnds", ["fails"]],
  "nexus-handler-cancels": ["nexusEnds", ["isCancelled"]],
  "nexus-handler-error": ["nexusEnds", ["refuses"]],
  "nexus-failure-not-caught": ["nexusFailureNotCaught"],
  "nexus-retried": ["nexusRetried"],
  "nexus-schedule-to-close-timeout": ["nexusTimeout", ["scheduleToClose"]],
  "nexus-schedule-to-start-timeout": ["nexusTimeout", ["scheduleToStart"]],
  "nexus-start-to-close-timeout": ["nexusTimeout", ["startToClose"]],
  "nexus-in-parallel": ["nexusInParallel"],
  "nexus-cancelled-before-sent": ["nexusCancelledBeforeSent"],
  ...Object.fromEntries([
    ...inWays(ways, "cancelled", "nexusCancelled", "waits"),
    ...inWays(otherWays, "cancellation-ignored", "nexusCancelled", "ignoresCancellation"),
    ...inWays(otherWays, "cancellation-fails-it", "nexusCancelled", "failsWhenCancelled"),
    ...inWays(otherWays, "cancelled-in-vain", "nexusCancelledInVain", "never"),
    ...inWays(otherWays, "cancellation-refused", "nexusCancelledInVain", "cannotBeCancelled"),
    ...inWays(ways, "cancelled-before-start", "nexusCancelledBeforeStart"),
  ]),
};

const needs = "nexus handlers";
const source = "nexus.ts";

export const nexusScenarios = [
  ...Object.entries(plain).map(([subject, [workflow, args]]) => ({ subject, workflow, source, args, needs })),
  {
    subject: "nexus-cancels-with-workflow",
    workflow: "nexusCancelsWithWorkflow",
    source,
    needs,
    async act(handle) {
      await eventSeen(handle, (event) => event.nexusOperationStartedEventAttributes);
      await handle.cancel();
    },
  },
  {
    subject: "nexus-not-waited-for",
    workflow: "nexusNotWaitedFor",
    source,
    needs,
    async act(handle) {
      await eventSeen(handle, (event) => event.nexusOperationTimedOutEventAttributes);
      await eventSeen(handle, (event) => event.nexusOperationFailedEventAttributes);
      await eventSeen(handle, (event) => event.nexusOperationCompletedEventAttributes);
      await handle.signal("stop");
    },
  },
];
