import { EventType } from "../../gen/codec/temporal/api/enums/v1/event_type.ts";
import type { EventName } from "./event.ts";

/**
 * Where an event may stand while a workflow task is started:
 *
 * - `life`: starts or ends the run; `task`: of the workflow task itself; `command`: written by a command; `update`: an answer
 *   to an update. All four go into the history at once
 * - `outside`: waits in the buffer until the task ends
 * - `end`: as `outside`, and then stands after all `outside` events: the end of an activity, child or Nexus operation
 */
export type EventPlace = "life" | "task" | "command" | "update" | "outside" | "end";

/** Facts of one kind of event. */
export interface EventKind {
  readonly type: EventType;
  readonly place: EventPlace;
}

/** Every kind of event there is. */
export const EVENT_KINDS: { readonly [Name in EventName]: EventKind } = {
  workflowExecutionStarted: { type: EventType.WORKFLOW_EXECUTION_STARTED, place: "life" },
  workflowExecutionCompleted: { type: EventType.WORKFLOW_EXECUTION_COMPLETED, place: "life" },
  workflowExecutionFailed: { type: EventType.WORKFLOW_EXECUTION_FAILED, place: "life" },
  workflowExecutionTimedOut: { type: EventType.WORKFLOW_EXECUTION_TIMED_OUT, place: "life" },
  workflowTaskScheduled: { type: EventType.WORKFLOW_TASK_SCHEDULED, place: "task" },
  workflowTaskStarted: { type: EventType.WORKFLOW_TASK_STARTED, place: "task" },
  workflowTaskCompleted: { type: EventType.WORKFLOW_TASK_COMPLETED, place: "task" },
  workflowTaskTimedOut: { type: EventType.WORKFLOW_TASK_TIMED_OUT, place: "task" },
  workflowTaskFailed: { type: EventType.WORKFLOW_TASK_FAILED, place: "task" },
  activityTaskScheduled: { type: EventType.ACTIVITY_TASK_SCHEDULED, place: "command" },
  activityTaskStarted: { type: EventType.ACTIVITY_TASK_STARTED, place: "outside" },
  activityTaskCompleted: { type: EventType.ACTIVITY_TASK_COMPLETED, place: "end" },
  activityTaskFailed: { type: EventType.ACTIVITY_TASK_FAILED, place: "end" },
  activityTaskTimedOut: { type: EventType.ACTIVITY_TASK_TIMED_OUT, place: "end" },
  timerStarted: { type: EventType.TIMER_STARTED, place: "command" },
  timerFired: { type: EventType.TIMER_FIRED, place: "outside" },
  activityTaskCancelRequested: { type: EventType.ACTIVITY_TASK_CANCEL_REQUESTED, place: "command" },
  activityTaskCanceled: { type: EventType.ACTIVITY_TASK_CANCELED, place: "end" },
  timerCanceled: { type: EventType.TIMER_CANCELED, place: "command" },
  markerRecorded: { type: EventType.MARKER_RECORDED, place: "command" },
  workflowExecutionSignaled: { type: EventType.WORKFLOW_EXECUTION_SIGNALED, place: "outside" },
  workflowExecutionTerminated: { type: EventType.WORKFLOW_EXECUTION_TERMINATED, place: "life" },
  workflowExecutionCancelRequested: { type: EventType.WORKFLOW_EXECUTION_CANCEL_REQUESTED, place: "outside" },
  workflowExecutionCanceled: { type: EventType.WORKFLOW_EXECUTION_CANCELED, place: "life" },
  requestCancelExternalWorkflowExecutionInitiated: {
    type: EventType.REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
    place: "command",
  },
  requestCancelExternalWorkflowExecutionFailed: {
    type: EventType.REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED,
    place: "outside",
  },
  externalWorkflowExecutionCancelRequested: {
    type: EventType.EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
    place: "outside",
  },
  workflowExecutionContinuedAsNew: { type: EventType.WORKFLOW_EXECUTION_CONTINUED_AS_NEW, place: "life" },
  startChildWorkflowExecutionInitiated: {
    type: EventType.START_CHILD_WORKFLOW_EXECUTION_INITIATED,
    place: "command",
  },
  startChildWorkflowExecutionFailed: {
    type: EventType.START_CHILD_WORKFLOW_EXECUTION_FAILED,
    place: "outside",
  },
  childWorkflowExecutionStarted: { type: EventType.CHILD_WORKFLOW_EXECUTION_STARTED, place: "outside" },
  childWorkflowExecutionCompleted: { type: EventType.CHILD_WORKFLOW_EXECUTION_COMPLETED, place: "end" },
  childWorkflowExecutionFailed: { type: EventType.CHILD_WORKFLOW_EXECUTION_FAILED, place: "end" },
  childWorkflowExecutionCanceled: { type: EventType.CHILD_WORKFLOW_EXECUTION_CANCELED, place: "end" },
  childWorkflowExecutionTimedOut: { type: EventType.CHILD_WORKFLOW_EXECUTION_TIMED_OUT, place: "end" },
  childWorkflowExecutionTerminated: { type: EventType.CHILD_WORKFLOW_EXECUTION_TERMINATED, place: "end" },
  signalExternalWorkflowExecutionInitiated: {
    type: EventType.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
    place: "command",
  },
  signalExternalWorkflowExecutionFailed: {
    type: EventType.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED,
    place: "outside",
  },
  externalWorkflowExecutionSignaled: {
    type: EventType.EXTERNAL_WORKFLOW_EXECUTION_SIGNALED,
    place: "outside",
  },
  upsertWorkflowSearchAttributes: { type: EventType.UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, place: "command" },
  workflowExecutionUpdateAccepted: { type: EventType.WORKFLOW_EXECUTION_UPDATE_ACCEPTED, place: "update" },
  workflowExecutionUpdateRejected: { type: EventType.WORKFLOW_EXECUTION_UPDATE_REJECTED, place: "outside" },
  workflowExecutionUpdateCompleted: { type: EventType.WORKFLOW_EXECUTION_UPDATE_COMPLETED, place: "update" },
  workflowPropertiesModifiedExternally: {
    type: EventType.WORKFLOW_PROPERTIES_MODIFIED_EXTERNALLY,
    place: "outside",
  },
  activityPropertiesModifiedExternally: {
    type: EventType.ACTIVITY_PROPERTIES_MODIFIED_EXTERNALLY,
    place: "outside",
  },
  workflowPropertiesModified: { type: EventType.WORKFLOW_PROPERTIES_MODIFIED, place: "command" },
  workflowExecutionUpdateAdmitted: { type: EventType.WORKFLOW_EXECUTION_UPDATE_ADMITTED, place: "outside" },
  nexusOperationScheduled: { type: EventType.NEXUS_OPERATION_SCHEDULED, place: "command" },
  nexusOperationStarted: { type: EventType.NEXUS_OPERATION_STARTED, place: "outside" },
  nexusOperationCompleted: { type: EventType.NEXUS_OPERATION_COMPLETED, place: "end" },
  nexusOperationFailed: { type: EventType.NEXUS_OPERATION_FAILED, place: "end" },
  nexusOperationCanceled: { type: EventType.NEXUS_OPERATION_CANCELED, place: "end" },
  nexusOperationTimedOut: { type: EventType.NEXUS_OPERATION_TIMED_OUT, place: "end" },
  nexusOperationCancelRequested: { type: EventType.NEXUS_OPERATION_CANCEL_REQUESTED, place: "command" },
  workflowExecutionOptionsUpdated: { type: EventType.WORKFLOW_EXECUTION_OPTIONS_UPDATED, place: "outside" },
  nexusOperationCancelRequestCompleted: {
    type: EventType.NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED,
    place: "outside",
  },
  nexusOperationCancelRequestFailed: {
    type: EventType.NEXUS_OPERATION_CANCEL_REQUEST_FAILED,
    place: "outside",
  },
  workflowExecutionPaused: { type: EventType.WORKFLOW_EXECUTION_PAUSED, place: "outside" },
  workflowExecutionUnpaused: { type: EventType.WORKFLOW_EXECUTION_UNPAUSED, place: "outside" },
  workflowExecutionTimeSkippingTransitioned: {
    type: EventType.WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
    place: "outside",
  },
};
