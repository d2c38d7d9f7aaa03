import type { ActivityResolution, FailureData } from "../activation.ts";
import type { ActivityCancellation, ScheduleActivity } from "../command.ts";
import { requestCancelActivityCommand, scheduleActivityCommand } from "../commands.ts";
import { activityCancelled, activityFailed, activityTimedOut } from "../failures.ts";
import { coreFlags } from "../flags.ts";
import type { AttributesOf } from "../history/event-kinds.ts";
import { defineMachine, type LiveMachine, Machine, type MachineKind, type Scene } from "../machine.ts";
import { mismatch } from "../nondeterminism.ts";
import { fatal, type Problem } from "../problem.ts";

type State =
  | "scheduleCreated"
  | "scheduled"
  | "started"
  | "scheduledCancelCreated"
  | "scheduledCancelRecorded"
  | "startedCancelCreated"
  | "startedCancelRecorded"
  | "completed"
  | "failed"
  | "timedOut"
  | "canceled"
  | "abandoned";

type Input =
  | "scheduleActivitySent"
  | "requestCancelActivitySent"
  | "cancel"
  | "abandon"
  | "activityTaskScheduled"
  | "activityTaskStarted"
  | "activityTaskCompleted"
  | "activityTaskFailed"
  | "activityTaskTimedOut"
  | "activityTaskCancelRequested"
  | "activityTaskCanceled";

interface ActivityData {
  readonly seq: number;
  readonly activityId: string;
  readonly activityType: string;
  readonly cancellation: ActivityCancellation;
  scheduledEventId: number;
}

function resolve(data: ActivityData, scene: Scene, resolution: ActivityResolution): undefined {
  scene.jobs.push({ kind: "resolveActivity", seq: data.seq, resolution });
}

function cancelled(data: ActivityData, scene: Scene, failure: FailureData): undefined {
  return resolve(data, scene, { kind: "cancelled", failure });
}

function schedule(
  data: ActivityData,
  scene: Scene,
  event: AttributesOf<"activityTaskScheduled">,
  machine: LiveMachine,
): Problem | undefined {
  data.scheduledEventId = scene.eventId;
  if (scene.event === undefined) return undefined;
  if (!scene.flags.tryUse(coreFlags.idAndTypeDeterminismChecks, scene.sliceIsFinal)) return undefined;
  const of = "activity";
  if (event.activityId !== data.activityId) {
    const difference = { what: "Activity id", of, inEvent: event.activityId, inCommand: data.activityId };
    return mismatch(scene.event, machine, difference);
  }
  const inEvent = event.activityType?.name ?? "";
  if (inEvent !== data.activityType) {
    return mismatch(scene.event, machine, {
      what: "Activity type",
      of,
      inEvent,
      inCommand: data.activityType,
    });
  }
  return undefined;
}

function vanish(data: ActivityData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  machine.cancelledBeforeSent = true;
  return cancelled(data, scene, activityCancelled(data));
}

function requestCancel(data: ActivityData, scene: Scene, _given: undefined, machine: LiveMachine): undefined {
  const command = requestCancelActivityCommand(data.scheduledEventId);
  scene.issued.push({ ack: "requestCancelActivitySent", command, machine });
  if (data.cancellation !== "WAIT_CANCELLATION_COMPLETED") cancelled(data, scene, activityCancelled(data));
}

function abandon(data: ActivityData, scene: Scene): undefined {
  return cancelled(data, scene, activityCancelled(data));
}

function complete(
  data: ActivityData,
  scene: Scene,
  event: AttributesOf<"activityTaskCompleted">,
): Problem | undefined {
  const results = event.result?.payloads ?? [];
  if (results.length > 1) {
    return fatal(
      `event ${scene.eventId}: activity '${data.activityId}' has ${results.length} results, expected at most one`,
    );
  }
  return resolve(data, scene, { kind: "completed", result: results[0] });
}

function fail(data: ActivityData, scene: Scene, event: AttributesOf<"activityTaskFailed">): undefined {
  return resolve(data, scene, { kind: "failed", failure: activityFailed(data, event) });
}

function timeOut(data: ActivityData, scene: Scene, event: AttributesOf<"activityTaskTimedOut">): undefined {
  return resolve(data, scene, { kind: "failed", failure: activityTimedOut(data, event) });
}

/** After a cancellation that was asked for, only those who wait for the activity hear how it ended. */
function ifWaiting<Event>(
  action: (data: ActivityData, scene: Scene, event: Event) => Problem | undefined,
): (data: ActivityData, scene: Scene, event: Event) => Problem | undefined {
  return (data, scene, event) =>
    data.cancellation === "WAIT_CANCELLATION_COMPLETED" ? action(data, scene, event) : undefined;
}

const cancelIfWaiting = ifWaiting<AttributesOf<"activityTaskCanceled">>((data, scene, event) =>
  cancelled(data, scene, activityCancelled(data, event)),
);
const timeOutIfWaiting = ifWaiting(timeOut);

/**
 * An abandoned activity may go on and end in any way: the workflow was told that it is cancelled and hears nothing more.
 */
export const activity: MachineKind<State, ActivityData> = defineMachine<State, Input, ActivityData>({
  name: "Activity",
  initial: "scheduleCreated",
  table: {
    scheduleCreated: {
      scheduleActivitySent: { to: "scheduleCreated" },
      activityTaskScheduled: { to: "scheduled", run: schedule },
      cancel: { to: "canceled", run: vanish },
      abandon: { to: "canceled", run: vanish },
    },
    scheduled: {
      activityTaskStarted: { to: "started" },
      activityTaskTimedOut: { to: "timedOut", run: timeOut },
      cancel: { to: "scheduledCancelCreated", run: requestCancel },
      abandon: { to: "abandoned", run: abandon },
    },
    started: {
      activityTaskCompleted: { to: "completed", run: complete },
      activityTaskFailed: { to: "failed", run: fail },
      activityTaskTimedOut: { to: "timedOut", run: timeOut },
      cancel: { to: "startedCancelCreated", run: requestCancel },
      abandon: { to: "abandoned", run: abandon },
    },
    scheduledCancelCreated: {
      requestCancelActivitySent: { to: "scheduledCancelCreated" },
      activityTaskCancelRequested: { to: "scheduledCancelRecorded" },
    },
    scheduledCancelRecorded: {
      activityTaskCanceled: { to: "canceled", run: cancelIfWaiting },
      activityTaskStarted: { to: "startedCancelRecorded" },
      activityTaskTimedOut: { to: "timedOut", run: timeOutIfWaiting },
    },
    startedCancelCreated: {
      requestCancelActivitySent: { to: "startedCancelCreated" },
      activityTaskCancelRequested: { to: "startedCancelRecorded" },
    },
    startedCancelRecorded: {
      activityTaskCompleted: { to: "completed", run: ifWaiting(complete) },
      activityTaskFailed: { to: "failed", run: ifWaiting(fail) },
      activityTaskTimedOut: { to: "timedOut", run: timeOutIfWaiting },
      activityTaskCanceled: { to: "canceled", run: cancelIfWaiting },
    },
    abandoned: {
      activityTaskStarted: { to: "abandoned" },
      activityTaskCompleted: { to: "completed" },
      activityTaskFailed: { to: "failed" },
      activityTaskTimedOut: { to: "timedOut" },
      activityTaskCanceled: { to: "canceled" },
    },
    completed: {},
    failed: {},
    timedOut: {},
    canceled: {},
  },
  describe: ({ seq, activityId, activityType }) =>
    `scheduleActivity (seq ${seq}, activity type '${activityType}', activity id '${activityId}')`,
  cancelInput: ({ cancellation }) => (cancellation === "ABANDON" ? "abandon" : "cancel"),
});

/** An activity of workflow code, new. */
export function openActivity(command: ScheduleActivity, scene: Scene): LiveMachine {
  const { seq, activityId, activityType, cancellationType } = command;
  const data = { seq, activityId, activityType, cancellation: cancellationType, scheduledEventId: 0 };
  const machine = new Machine(activity, data, seq);
  scene.issued.push({
    ack: "scheduleActivitySent",
    command: scheduleActivityCommand(command, scene.taskQueue),
    machine,
  });
  return machine;
}
