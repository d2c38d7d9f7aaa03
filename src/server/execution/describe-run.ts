import type { Init } from "../../codec-runtime/init.ts";
import type { Timestamp } from "../../gen/codec/google/protobuf/timestamp.ts";
import { EventType } from "../../gen/codec/temporal/api/enums/v1/event_type.ts";
import {
  PendingActivityState as ActivityState,
  PendingWorkflowTaskState as TaskState,
} from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type {
  PendingActivityInfo,
  PendingChildExecutionInfo,
  PendingWorkflowTaskInfo,
  RequestIdInfo,
  WorkflowExecutionConfig,
  WorkflowExecutionExtendedInfo,
  WorkflowExecutionInfo,
} from "../../gen/codec/temporal/api/workflow/v1/message.ts";
import { BUFFERED_EVENT_ID, timestamp } from "../history/event.ts";
import { durationMs, toDuration } from "../wire-time.ts";
import { runDueMs } from "./alarms.ts";
import { resetPointsOf, shownAttributes } from "./builds.ts";
import type { Run } from "./run.ts";
import type { ActivityRecord, ChildRecord } from "./run-state.ts";

/** How the real server writes that there is no such time: the first moment of the year 1. */
export const NO_TIME: Init<Timestamp> = { seconds: -62_135_596_800, nanos: 0 };

/** What a run was started with. */
export function runConfig(run: Run): Init<WorkflowExecutionConfig> {
  const { started } = run.fields;
  return {
    taskQueue: { name: started.taskQueue?.name, kind: started.taskQueue?.kind },
    workflowExecutionTimeout: started.workflowExecutionTimeout,
    workflowRunTimeout: started.workflowRunTimeout,
    defaultWorkflowTaskTimeout: started.workflowTaskTimeout,
    userMetadata: run.history.get(1)?.userMetadata,
  };
}

/** Where a run stands. */
export function runInfo(run: Run): Init<WorkflowExecutionInfo> {
  const { fields, workflowId, runId } = run;
  const { started, closeMs, executionMs, versioning } = fields;
  const parent = started.parentWorkflowExecution;
  return {
    execution: { workflowId, runId },
    type: started.workflowType,
    startTime: timestamp(fields.startMs),
    executionTime: timestamp(executionMs),
    closeTime: closeMs === undefined ? undefined : timestamp(closeMs),
    executionDuration: closeMs === undefined ? undefined : toDuration(closeMs - executionMs),
    status: fields.status,
    historyLength: fields.nextEventId - 1,
    historySizeBytes: run.history.sizeBytes,
    stateTransitionCount: fields.stateTransitionCount,
    parentNamespaceId: parent ? started.parentWorkflowNamespaceId : "",
    parentExecution: parent,
    rootExecution: started.rootWorkflowExecution ?? { workflowId, runId },
    firstRunId: started.firstExecutionRunId || runId,
    memo: { fields: fields.memo },
    searchAttributes: { indexedFields: shownAttributes(fields) },
    autoResetPoints: { points: resetPointsOf(run) },
    taskQueue: started.taskQueue?.name,
    mostRecentWorkerVersionStamp: versioning?.workerVersion,
    priority: started.priority,
  };
}

/** What else is known of a run. */
export function runExtendedInfo(run: Run): Init<WorkflowExecutionExtendedInfo> {
  const { fields, state } = run;
  const { started } = fields;
  const runTimeoutMs = durationMs(started.workflowRunTimeout) ?? 0;
  const dueMs = runTimeoutMs > 0 ? runDueMs(fields) : undefined;
  const requestIdInfos: Record<string, Init<RequestIdInfo>> = {};
  for (const [requestId, eventId] of state.startRequestIds.entries()) {
    requestIdInfos[requestId] =
      eventId === BUFFERED_EVENT_ID
        ? { eventType: EventType.WORKFLOW_EXECUTION_OPTIONS_UPDATED, buffered: true }
        : { eventId, eventType: run.history.get(eventId)?.eventType };
  }
  return {
    executionExpirationTime: fields.expirationMs === undefined ? undefined : timestamp(fields.expirationMs),
    runExpirationTime: dueMs === undefined ? NO_TIME : timestamp(dueMs),
    cancelRequested: fields.cancelRequested,
    lastResetTime: fields.lastResetMs === undefined ? undefined : timestamp(fields.lastResetMs),
    resetRunId: fields.resetRunId,
    originalStartTime: timestamp(fields.originalStartMs),
    requestIdInfos,
  };
}

/** Where the pending workflow task stands, if there is one. */
export function pendingTask(run: Run): Init<PendingWorkflowTaskInfo> | undefined {
  const task = run.fields.task ?? run.fields.taskAtClose;
  if (task === undefined) return undefined;
  const started = task.startedId !== 0;
  return {
    state: started ? TaskState.STARTED : TaskState.SCHEDULED,
    scheduledTime: timestamp(task.scheduledMs),
    originalScheduledTime: timestamp(task.originalScheduledMs),
    startedTime: started ? timestamp(task.startedMs) : undefined,
    attempt: task.attempt,
  };
}

/** Where one activity stands. */
export function pendingActivity(activity: ActivityRecord): Init<PendingActivityInfo> {
  const { scheduled, startedMs, scheduledMs, lastAttemptCompleteMs } = activity;
  const totalMs = durationMs(scheduled.scheduleToCloseTimeout) ?? 0;
  const at = (ms: number | undefined): Init<Timestamp> | undefined =>
    ms === undefined ? undefined : timestamp(ms);
  const queue = scheduled.taskQueue?.name;
  return {
    activityId: scheduled.activityId,
    activityType: scheduled.activityType,
    state: activityState(activity),
    heartbeatDetails: activity.heartbeatDetails,
    lastHeartbeatTime: at(activity.lastHeartbeatMs),
    lastStartedTime: at(startedMs),
    attempt: activity.attempt,
    maximumAttempts: scheduled.retryPolicy?.maximumAttempts,
    scheduledTime: timestamp(scheduledMs),
    expirationTime: totalMs > 0 ? timestamp(activity.firstScheduledMs + totalMs) : undefined,
    lastFailure: activity.lastFailure,
    lastWorkerIdentity: activity.lastWorkerIdentity,
    lastAttemptCompleteTime: at(lastAttemptCompleteMs),
    ...(activity.backingOff
      ? {
          nextAttemptScheduleTime: timestamp(scheduledMs),
          currentRetryInterval: toDuration(activity.retryIntervalMs || undefined),
        }
      : {}),
    priority: scheduled.priority,
    activityOptions: {
      taskQueue: { name: queue, normalName: queue },
      scheduleToCloseTimeout: scheduled.scheduleToCloseTimeout,
      scheduleToStartTimeout: scheduled.scheduleToStartTimeout,
      startToCloseTimeout: scheduled.startToCloseTimeout,
      heartbeatTimeout: scheduled.heartbeatTimeout,
      // As the real server tells it, which leaves these out.
      retryPolicy: scheduled.retryPolicy && { ...scheduled.retryPolicy, nonRetryableErrorTypes: [] },
      priority: scheduled.priority,
    },
  };
}

function activityState(activity: ActivityRecord): ActivityState {
  if (activity.cancelRequestedId !== undefined) return ActivityState.CANCEL_REQUESTED;
  return activity.startedMs === undefined ? ActivityState.SCHEDULED : ActivityState.STARTED;
}

/** Where one child workflow stands. */
export function pendingChild(child: ChildRecord): Init<PendingChildExecutionInfo> {
  const { initiated, initiatedId, runId } = child;
  return {
    workflowId: initiated.workflowId,
    runId,
    workflowTypeName: initiated.workflowType?.name,
    initiatedId,
    parentClosePolicy: initiated.parentClosePolicy,
  };
}
