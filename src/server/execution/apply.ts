// Invariants
// P1. What an event of the history says of a run's state is said here alone: live changes and rebuilding from history both
//     come through `applyEvent`, which is what makes "rebuilt equals live" a fact and not a hope.
// P2. What no event says (attempts, heartbeats, stickiness, task queues) is set by the live side and not touched here.
import type { Init } from "../../codec-runtime/init.ts";
import type { Payload } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { WorkflowTaskFailedCause } from "../../gen/codec/temporal/api/enums/v1/failed_cause.ts";
import { WorkflowExecutionStatus as Status } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { type EventName, type EventValue, eventName, type StoredEvent } from "../history/event.ts";
import { durationMs, timestampMs } from "../wire-time.ts";
import { noteBuild } from "./builds.ts";
import { isNullPayload } from "./null-payload.ts";
import type { RunState } from "./run-state.ts";

type Apply<Name extends EventName> = (state: RunState, value: EventValue<Name>, event: StoredEvent) => void;

const APPLY: { readonly [Name in EventName]?: Apply<Name> } = {
  workflowExecutionCompleted: close(Status.COMPLETED),
  workflowExecutionFailed: close(Status.FAILED),
  workflowExecutionTimedOut: close(Status.TIMED_OUT),
  workflowExecutionTerminated: close(Status.TERMINATED),
  workflowExecutionCanceled: close(Status.CANCELED),
  workflowExecutionContinuedAsNew: close(Status.CONTINUED_AS_NEW),
  workflowTaskCompleted: (state, value, event) => {
    state.fields.lastStartedId = id(value.startedEventId);
    state.fields.lastTaskCompletedId = event.eventId;
    state.fields.versioning = value;
    noteBuild(state, value, event);
  },
  workflowTaskFailed: (state, value, event) => {
    if (value.cause !== WorkflowTaskFailedCause.RESET_WORKFLOW) return;
    const atMs = timeOf(event);
    // What was under way where the run goes on from begins anew.
    for (const activity of [...state.activities.values()]) {
      state.activities.set(activity.scheduledId, { ...activity, scheduledMs: atMs, firstScheduledMs: atMs });
    }
  },
  activityTaskScheduled: (state, value, event) => {
    const atMs = timeOf(event);
    state.activityIds.set(value.activityId ?? "", event.eventId);
    state.activities.set(event.eventId, {
      scheduled: value,
      scheduledId: event.eventId,
      firstScheduledMs: atMs,
      scheduledMs: atMs,
      startedMs: undefined,
      requestId: "",
      identity: "",
      attempt: 1,
      stamp: 0,
      cancelRequestedId: undefined,
      lastHeartbeatMs: undefined,
      heartbeatDetails: undefined,
      lastFailure: undefined,
      lastWorkerIdentity: "",
      lastStartedMs: undefined,
      lastAttemptCompleteMs: undefined,
      retryIntervalMs: 0,
      backingOff: false,
    });
  },
  activityTaskCancelRequested: (state, value, event) => {
    const activity = state.activities.get(id(value.scheduledEventId));
    if (activity)
      state.activities.set(activity.scheduledId, { ...activity, cancelRequestedId: event.eventId });
  },
  activityTaskCompleted: endActivity,
  activityTaskFailed: endActivity,
  activityTaskTimedOut: endActivity,
  activityTaskCanceled: endActivity,
  timerStarted: (state, value, event) => {
    const timerId = value.timerId ?? "";
    const fireMs = timeOf(event) + (durationMs(value.startToFireTimeout) ?? 0);
    state.timers.set(timerId, { timerId, startedId: event.eventId, fireMs });
  },
  timerFired: endTimer,
  timerCanceled: endTimer,
  workflowExecutionSignaled: (state) => {
    state.fields.signalCount += 1;
  },
  workflowExecutionCancelRequested: (state) => {
    state.fields.cancelRequested = true;
  },
  startChildWorkflowExecutionInitiated: (state, initiated, event) => {
    state.children.set(event.eventId, { initiated, initiatedId: event.eventId, startedId: 0, runId: "" });
  },
  startChildWorkflowExecutionFailed: endChild,
  childWorkflowExecutionStarted: (state, value, event) => {
    const child = state.children.get(id(value.initiatedEventId));
    const runId = value.workflowExecution?.runId ?? "";
    if (child) state.children.set(child.initiatedId, { ...child, startedId: event.eventId, runId });
  },
  childWorkflowExecutionCompleted: endChild,
  childWorkflowExecutionFailed: endChild,
  childWorkflowExecutionCanceled: endChild,
  childWorkflowExecutionTimedOut: endChild,
  childWorkflowExecutionTerminated: endChild,
  signalExternalWorkflowExecutionInitiated: (state, initiated, event) => {
    state.externals.set(event.eventId, { kind: "signal", initiatedId: event.eventId, initiated });
  },
  signalExternalWorkflowExecutionFailed: endExternal,
  externalWorkflowExecutionSignaled: endExternal,
  requestCancelExternalWorkflowExecutionInitiated: (state, initiated, event) => {
    state.externals.set(event.eventId, { kind: "cancel", initiatedId: event.eventId, initiated });
  },
  requestCancelExternalWorkflowExecutionFailed: endExternal,
  externalWorkflowExecutionCancelRequested: endExternal,
  upsertWorkflowSearchAttributes: (state, value) => {
    const fields = value.searchAttributes?.indexedFields ?? {};
    state.fields.searchAttributes = merged(state.fields.searchAttributes, fields);
  },
  workflowPropertiesModified: (state, value) => {
    state.fields.memo = merged(state.fields.memo, value.upsertedMemo?.fields ?? {});
  },
  workflowExecutionUpdateAdmitted: (state, value) => {
    const updateId = value.request?.meta?.updateId ?? "";
    state.updates.set(updateId, { updateId, acceptedEventId: 0, outcome: undefined });
    state.liveUpdates.set(updateId, { updateId, request: undefined, bytes: 0, sentWith: 0 });
  },
  workflowExecutionUpdateAccepted: (state, value, event) => {
    const updateId = value.protocolInstanceId ?? "";
    state.updates.set(updateId, { updateId, acceptedEventId: event.eventId, outcome: undefined });
    state.liveUpdates.delete(updateId);
    state.fields.openUpdates += 1;
  },
  workflowExecutionUpdateCompleted: (state, value) => {
    const updateId = value.meta?.updateId ?? "";
    state.updates.set(updateId, {
      updateId,
      acceptedEventId: id(value.acceptedEventId),
      outcome: value.outcome ?? {},
    });
    state.fields.openUpdates -= 1;
  },
  workflowExecutionOptionsUpdated: (state, value, event) => {
    if (value.attachedRequestId) state.startRequestIds.set(value.attachedRequestId, event.eventId);
    if (value.unsetVersioningOverride) state.fields.versioningOverride = undefined;
    else if (value.versioningOverride) state.fields.versioningOverride = value.versioningOverride;
  },
};

/** Lets an event change the state. */
export function applyEvent(state: RunState, event: StoredEvent): void {
  // The table has for each name a function of that name's value.
  const apply = APPLY[eventName(event)] as Apply<EventName> | undefined;
  apply?.(state, event.attributes.value as EventValue<EventName>, event);
}

/** An event id from the wire. */
export function id(value: bigint | number | undefined): number {
  return Number(value ?? 0);
}

function timeOf(event: StoredEvent): number {
  return timestampMs(event.eventTime);
}

function close(status: Status): (state: RunState, value: unknown, event: StoredEvent) => void {
  return (state, _value, event) => {
    state.fields.status = status;
    state.fields.closeMs = timeOf(event);
  };
}

function endActivity(
  state: RunState,
  value: { readonly scheduledEventId?: bigint | number | undefined },
): void {
  const activity = state.activities.get(id(value.scheduledEventId));
  if (!activity) return;
  state.activities.delete(activity.scheduledId);
  const activityId = activity.scheduled.activityId ?? "";
  if (state.activityIds.get(activityId) === activity.scheduledId) state.activityIds.delete(activityId);
}

/** One that fired into the buffer may have been started anew before it is told: that one goes on. */
function endTimer(
  state: RunState,
  {
    timerId = "",
    startedEventId,
  }: { readonly timerId?: string | undefined; readonly startedEventId?: bigint | number | undefined },
): void {
  if (state.timers.get(timerId)?.startedId === id(startedEventId)) state.timers.delete(timerId);
}

function endChild(state: RunState, value: { readonly initiatedEventId?: bigint | number | undefined }): void {
  state.children.delete(id(value.initiatedEventId));
}

function endExternal(
  state: RunState,
  value: { readonly initiatedEventId?: bigint | number | undefined },
): void {
  state.externals.delete(id(value.initiatedEventId));
}

/** Null payloads take a key away. */
export function merged(
  before: Readonly<Record<string, Init<Payload>>>,
  changes: Readonly<Record<string, Init<Payload> | undefined>>,
): Record<string, Init<Payload>> {
  const after: Record<string, Init<Payload>> = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || isNullPayload(value)) delete after[key];
    else after[key] = value;
  }
  return after;
}
