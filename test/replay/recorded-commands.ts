import type { Command } from "../../src/gen/codec/temporal/api/command/v1/message.ts";
import type { Payload, Payloads } from "../../src/gen/codec/temporal/api/common/v1/message.ts";
import type { Failure } from "../../src/gen/codec/temporal/api/failure/v1/message.ts";
import type {
  HistoryEvent,
  WorkflowExecutionStartedEventAttributes,
} from "../../src/gen/codec/temporal/api/history/v1/message.ts";
import type { UserMetadata } from "../../src/gen/codec/temporal/api/sdk/v1/user_metadata.ts";
import { nexusCommandOf } from "./recorded-nexus-commands.ts";
import { workflowCommandOf } from "./recorded-workflow-commands.ts";
import { ms, retryPolicyOf } from "./wire-forms.ts";

/*
 * Commands and the events which the server writes for them, brought to one form, so that they can be compared. What the
 * server fills in (default retry policies, timeouts derived from others) is filled into the command.
 */

/** A command, or the event that was written for it. */
export interface RecordedCommand {
  readonly kind: string;
  readonly userMetadata: UserMetadata | undefined;
  readonly [field: string]: unknown;
}

const text = new TextDecoder();

/** The smaller one of those that are set. */
function least(...times: number[]): number {
  const set = times.filter((time) => time > 0);
  return set.length === 0 ? 0 : Math.min(...set);
}

interface Timeouts {
  readonly scheduleToClose: number;
  readonly scheduleToStart: number;
  readonly startToClose: number;
  readonly heartbeat: number;
}

/** What the server makes of an activity's timeouts. */
function effectiveTimeouts(asked: Timeouts, runTimeout: number): Timeouts {
  const limit = asked.scheduleToClose > 0 ? asked.scheduleToClose : runTimeout;
  const scheduleToClose = least(limit, runTimeout);
  const startToClose = least(asked.startToClose, scheduleToClose);
  return {
    scheduleToClose,
    scheduleToStart: least(asked.scheduleToStart, scheduleToClose),
    startToClose,
    heartbeat: asked.heartbeat > 0 ? least(asked.heartbeat, startToClose) : 0,
  };
}

/** A stack of workflow code is compared by the places in the user's files, any other one as it is. */
function placesIn(stack: string): string | readonly string[] {
  const places = stack.match(/test\/conformance\/workflows\/[\w./-]+:\d+/g);
  // The official SDK's own frames are left in errors that have no other ones.
  return places ?? stack.replace(/\n\s+at .*(?:@temporalio\/|evalmachine).*/g, "");
}

function failureOf(failure: Failure | undefined): object | undefined {
  if (failure === undefined) return undefined;
  const { stackTrace, cause, ...rest } = failure;
  return { ...rest, stack: placesIn(stackTrace), cause: failureOf(cause) };
}

/** The command as the server records it. */
export function commandAsRecorded(
  command: Command,
  started: WorkflowExecutionStartedEventAttributes,
): RecordedCommand {
  return { ...asked(command, started), eventGroupMarkers: command.eventGroupMarkers };
}

function asked(command: Command, started: WorkflowExecutionStartedEventAttributes): RecordedCommand {
  const { userMetadata } = command;
  const { attributes } = command;
  switch (attributes.case) {
    case "scheduleActivityTaskCommandAttributes": {
      const a = attributes.value;
      const asked = {
        scheduleToClose: ms(a.scheduleToCloseTimeout),
        scheduleToStart: ms(a.scheduleToStartTimeout),
        startToClose: ms(a.startToCloseTimeout),
        heartbeat: ms(a.heartbeatTimeout),
      };
      const timeouts = effectiveTimeouts(asked, ms(started.workflowRunTimeout));
      return { ...activityOf(a), userMetadata, timeouts };
    }
    case "continueAsNewWorkflowExecutionCommandAttributes": {
      const a = attributes.value;
      const runTimeout = ms(a.workflowRunTimeout) || ms(started.workflowRunTimeout);
      const taskTimeout = ms(a.workflowTaskTimeout) || ms(started.workflowTaskTimeout);
      return { ...continuation(a), userMetadata, runTimeout, taskTimeout };
    }
    case "startChildWorkflowExecutionCommandAttributes":
    case "signalExternalWorkflowExecutionCommandAttributes":
    case "requestCancelExternalWorkflowExecutionCommandAttributes":
      return { ...workflowCommandOf(attributes), userMetadata };
    case "scheduleNexusOperationCommandAttributes":
    case "requestCancelNexusOperationCommandAttributes":
      return { ...nexusCommandOf(attributes), userMetadata };
    case "failWorkflowExecutionCommandAttributes":
      return { kind: "failWorkflow", userMetadata, failure: failureOf(attributes.value.failure) };
    case "requestCancelActivityTaskCommandAttributes": {
      const { scheduledEventId } = attributes.value;
      return { kind: "requestCancelActivity", userMetadata, scheduledEventId };
    }
    case "protocolMessageCommandAttributes":
      return { kind: "protocolMessage", userMetadata, messageId: attributes.value.messageId };
    case "startTimerCommandAttributes": {
      const { timerId, startToFireTimeout } = attributes.value;
      return { kind: "startTimer", userMetadata, timerId, fireMs: ms(startToFireTimeout) };
    }
    case "cancelTimerCommandAttributes":
      return { kind: "cancelTimer", userMetadata, timerId: attributes.value.timerId };
    case "completeWorkflowExecutionCommandAttributes":
      return { kind: "completeWorkflow", userMetadata, result: attributes.value.result };
    case "cancelWorkflowExecutionCommandAttributes":
      return { kind: "cancelWorkflow", userMetadata, details: attributes.value.details };
    case "recordMarkerCommandAttributes":
      return markerOf(attributes.value, userMetadata);
    case "upsertWorkflowSearchAttributesCommandAttributes": {
      const fields = attributes.value.searchAttributes?.indexedFields ?? {};
      const typed = Object.entries(fields).map(([name, payload]) => [name, withType(name, payload)]);
      const searchAttributes = { indexedFields: Object.fromEntries(typed) };
      return { kind: "upsertSearchAttributes", userMetadata, searchAttributes };
    }
    case "modifyWorkflowPropertiesCommandAttributes":
      return { kind: "modifyProperties", userMetadata, memo: attributes.value.upsertedMemo };
    default:
      return { kind: `unexpected ${attributes.case}`, userMetadata };
  }
}

/** The command that an event was written for. */
export function commandOfEvent(event: HistoryEvent): RecordedCommand {
  return { ...written(event), eventGroupMarkers: event.eventGroupMarkers };
}

function written({ attributes, userMetadata }: HistoryEvent): RecordedCommand {
  switch (attributes.case) {
    case "activityTaskScheduledEventAttributes": {
      const a = attributes.value;
      const timeouts = {
        scheduleToClose: ms(a.scheduleToCloseTimeout),
        scheduleToStart: ms(a.scheduleToStartTimeout),
        startToClose: ms(a.startToCloseTimeout),
        heartbeat: ms(a.heartbeatTimeout),
      };
      return { ...activityOf(a), userMetadata, timeouts };
    }
    case "workflowExecutionContinuedAsNewEventAttributes": {
      const a = attributes.value;
      const runTimeout = ms(a.workflowRunTimeout);
      return { ...continuation(a), userMetadata, runTimeout, taskTimeout: ms(a.workflowTaskTimeout) };
    }
    case "startChildWorkflowExecutionInitiatedEventAttributes":
    case "signalExternalWorkflowExecutionInitiatedEventAttributes":
    case "requestCancelExternalWorkflowExecutionInitiatedEventAttributes":
      return { ...workflowCommandOf(attributes), userMetadata };
    case "nexusOperationScheduledEventAttributes":
    case "nexusOperationCancelRequestedEventAttributes":
      return { ...nexusCommandOf(attributes), userMetadata };
    case "workflowExecutionFailedEventAttributes":
      return { kind: "failWorkflow", userMetadata, failure: failureOf(attributes.value.failure) };
    case "activityTaskCancelRequestedEventAttributes": {
      const { scheduledEventId } = attributes.value;
      return { kind: "requestCancelActivity", userMetadata, scheduledEventId };
    }
    case "workflowExecutionUpdateAcceptedEventAttributes": {
      const messageId = `${attributes.value.acceptedRequestMessageId}/accept`;
      return { kind: "protocolMessage", userMetadata, messageId };
    }
    case "workflowExecutionUpdateCompletedEventAttributes": {
      const messageId = `${attributes.value.meta?.updateId}/request/complete`;
      return { kind: "protocolMessage", userMetadata, messageId };
    }
    case "timerStartedEventAttributes": {
      const { timerId, startToFireTimeout } = attributes.value;
      return { kind: "startTimer", userMetadata, timerId, fireMs: ms(startToFireTimeout) };
    }
    case "timerCanceledEventAttributes":
      return { kind: "cancelTimer", userMetadata, timerId: attributes.value.timerId };
    case "workflowExecutionCompletedEventAttributes":
      return { kind: "completeWorkflow", userMetadata, result: attributes.value.result };
    case "workflowExecutionCanceledEventAttributes":
      return { kind: "cancelWorkflow", userMetadata, details: attributes.value.details };
    case "markerRecordedEventAttributes":
      return markerOf(attributes.value, userMetadata);
    case "upsertWorkflowSearchAttributesEventAttributes": {
      const { searchAttributes } = attributes.value;
      return { kind: "upsertSearchAttributes", userMetadata, searchAttributes };
    }
    case "workflowPropertiesModifiedEventAttributes":
      return { kind: "modifyProperties", userMetadata, memo: attributes.value.upsertedMemo };
    default:
      return { kind: `unexpected ${attributes.case}`, userMetadata };
  }
}

/** As registered with the server of the recordings. */
const registeredTypes: { readonly [name: string]: string } = {
  OrderId: "Keyword",
  Amount: "Int",
  Urgent: "Bool",
  DueAt: "Datetime",
  Tags: "KeywordList",
};

/** The server names the type of a search attribute where the command did not. */
function withType(name: string, payload: Payload): Payload {
  const type = registeredTypes[name];
  if (payload.metadata["type"] !== undefined || type === undefined) return payload;
  return { ...payload, metadata: { ...payload.metadata, type: new TextEncoder().encode(type) } };
}

type Marker = Of<"recordMarkerCommandAttributes"> | Of<"markerRecordedEventAttributes">;

/** When a local activity was scheduled, and how long it took to the nanosecond, is a matter of the day. */
function localDataOf(data: Payloads | undefined): object {
  const value = JSON.parse(text.decode(data?.payloads[0]?.data)) as {
    readonly complete_time: { readonly seconds: number; readonly nanos: number } | null;
  };
  const { complete_time: at } = value;
  // Workflow time is in whole milliseconds; what is left of one was lost on its way.
  const completeMs = at === null ? null : Math.floor(at.seconds * 1000 + at.nanos / 1e6 + 1e-3);
  // The official SDK does not say which markers stand apart.
  return { ...value, complete_time: completeMs, original_schedule_time: null, apart: undefined };
}

function markerOf(marker: Marker, userMetadata: UserMetadata | undefined): RecordedCommand {
  const { markerName, details, header, failure } = marker;
  const { data, ...others } = details;
  const known = markerName === "core_local_activity" ? { ...others, data: localDataOf(data) } : details;
  return {
    kind: "recordMarker",
    userMetadata,
    markerName,
    details: known,
    header,
    failure: failureOf(failure),
  };
}

type Of<Case> = Extract<Command["attributes"] | HistoryEvent["attributes"], { case: Case }>["value"];

type Activity = Of<"scheduleActivityTaskCommandAttributes"> | Of<"activityTaskScheduledEventAttributes">;

function activityOf(a: Activity): { readonly kind: string } {
  return {
    kind: "scheduleActivity",
    activityId: a.activityId,
    activityType: a.activityType?.name,
    taskQueue: a.taskQueue?.name,
    header: a.header,
    input: a.input,
    retryPolicy: retryPolicyOf(a.retryPolicy),
    useWorkflowBuildId: a.useWorkflowBuildId,
    priority: a.priority,
  } as { readonly kind: string };
}

type Continuation =
  | Of<"continueAsNewWorkflowExecutionCommandAttributes">
  | Of<"workflowExecutionContinuedAsNewEventAttributes">;

function continuation(a: Continuation): { readonly kind: string } {
  return {
    kind: "continueAsNew",
    workflowType: a.workflowType?.name,
    taskQueue: a.taskQueue?.name,
    input: a.input,
    header: a.header,
    memo: a.memo,
    searchAttributes: a.searchAttributes,
    backoff: ms(a.backoffStartInterval),
    inheritBuildId: a.inheritBuildId,
    initialVersioningBehavior: a.initialVersioningBehavior,
  } as { readonly kind: string };
}

/** The same command with its result read as JSON, in which the order of keys does not count. */
export function withResultAsValue(command: RecordedCommand): RecordedCommand {
  // Set by `commandAsRecorded` and `commandOfEvent`, for the kind that has one.
  const result = command["result"] as Payloads | undefined;
  return result === undefined ? command : { ...command, result: result.payloads.map(asValue) };
}

function asValue({ metadata, data }: Payload): unknown {
  const encoding = text.decode(metadata["encoding"]);
  return { encoding, value: encoding === "json/plain" ? JSON.parse(text.decode(data)) : data };
}

/** A command without the time at which a local activity ended. */
export function withoutLocalTime(command: RecordedCommand): RecordedCommand {
  if (command["markerName"] !== "core_local_activity") return command;
  const details = command["details"] as { readonly data: object };
  return { ...command, details: { ...details, data: { ...details.data, complete_time: null } } };
}
