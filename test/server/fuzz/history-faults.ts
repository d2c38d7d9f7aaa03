import type { HistoryEvent } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";

type Attributes = Extract<HistoryEvent["attributes"], { readonly case: string }>;

/** Events that end what another began: the name of the beginning, the field that has its id. */
const ENDS: Readonly<Record<string, readonly [begin: string, field: string]>> = {
  activityTaskCompleted: ["activityTaskScheduled", "scheduledEventId"],
  activityTaskFailed: ["activityTaskScheduled", "scheduledEventId"],
  activityTaskTimedOut: ["activityTaskScheduled", "scheduledEventId"],
  activityTaskCanceled: ["activityTaskScheduled", "scheduledEventId"],
  timerFired: ["timerStarted", "startedEventId"],
  timerCanceled: ["timerStarted", "startedEventId"],
  startChildWorkflowExecutionFailed: ["startChildWorkflowExecutionInitiated", "initiatedEventId"],
  childWorkflowExecutionCompleted: ["startChildWorkflowExecutionInitiated", "initiatedEventId"],
  childWorkflowExecutionFailed: ["startChildWorkflowExecutionInitiated", "initiatedEventId"],
  childWorkflowExecutionCanceled: ["startChildWorkflowExecutionInitiated", "initiatedEventId"],
  childWorkflowExecutionTimedOut: ["startChildWorkflowExecutionInitiated", "initiatedEventId"],
  childWorkflowExecutionTerminated: ["startChildWorkflowExecutionInitiated", "initiatedEventId"],
  externalWorkflowExecutionSignaled: ["signalExternalWorkflowExecutionInitiated", "initiatedEventId"],
  signalExternalWorkflowExecutionFailed: ["signalExternalWorkflowExecutionInitiated", "initiatedEventId"],
  externalWorkflowExecutionCancelRequested: [
    "requestCancelExternalWorkflowExecutionInitiated",
    "initiatedEventId",
  ],
  requestCancelExternalWorkflowExecutionFailed: [
    "requestCancelExternalWorkflowExecutionInitiated",
    "initiatedEventId",
  ],
  workflowTaskCompleted: ["workflowTaskScheduled", "scheduledEventId"],
  workflowTaskFailed: ["workflowTaskScheduled", "scheduledEventId"],
  workflowTaskTimedOut: ["workflowTaskScheduled", "scheduledEventId"],
};

/** Events that stand between the beginning and the end of something. */
const MIDDLES: Readonly<Record<string, readonly [begin: string, field: string]>> = {
  activityTaskStarted: ["activityTaskScheduled", "scheduledEventId"],
  activityTaskCancelRequested: ["activityTaskScheduled", "scheduledEventId"],
  childWorkflowExecutionStarted: ["startChildWorkflowExecutionInitiated", "initiatedEventId"],
  workflowTaskStarted: ["workflowTaskScheduled", "scheduledEventId"],
};

/** Ends that something may only come to after it was started, and the field that names that start. */
const STARTED_FIRST: Readonly<Record<string, string>> = {
  activityTaskCompleted: "activityTaskStarted",
  activityTaskFailed: "activityTaskStarted",
  childWorkflowExecutionCompleted: "childWorkflowExecutionStarted",
  childWorkflowExecutionFailed: "childWorkflowExecutionStarted",
  childWorkflowExecutionCanceled: "childWorkflowExecutionStarted",
  childWorkflowExecutionTimedOut: "childWorkflowExecutionStarted",
  childWorkflowExecutionTerminated: "childWorkflowExecutionStarted",
  workflowTaskCompleted: "workflowTaskStarted",
  workflowTaskFailed: "workflowTaskStarted",
};

const CLOSE = /^workflowExecution(?:Completed|Failed|TimedOut|Canceled|Terminated|ContinuedAsNew)$/;

/** Events that never wait. */
const IN_ORDER = /^workflowTask|^activityTaskScheduled$|^timerStarted$|Initiated$|^markerRecorded$/;

/** Events that commands alone make: they name the completed task that they belong to. */
const DECIDED = "workflowTaskCompletedEventId";

/** Where a history is not as every history has to be, in words; empty: nowhere. */
export function historyFaults(events: readonly HistoryEvent[]): readonly string[] {
  const faults: string[] = [];
  const names: string[] = [""];
  /** What has begun and is not over: id of the beginning → its name. */
  const open = new Map<number, string>();
  let lastMs = 0;
  for (const [index, event] of events.entries()) {
    const id = Number(event.eventId);
    const fault = (what: string): void => void faults.push(`${id} ${names[id] ?? ""}: ${what}`);
    if (event.attributes.case === undefined) {
      faults.push(`${id} says nothing`);
      continue;
    }
    const name = event.attributes.case.slice(0, -"EventAttributes".length);
    names.push(name);
    if (id !== index + 1) fault(`stands at place ${index + 1}`);
    if (CLOSE.test(names[index] ?? "")) fault("comes after the end");
    const ms = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
    // What waited in the buffer keeps the time at which it came.
    if (IN_ORDER.test(name)) {
      if (ms < lastMs) fault(`is older than an event before it, by ${lastMs - ms} ms`);
      lastMs = ms;
    }
    checkEvent(name, event.attributes, { id, names, open, fault });
  }
  if (names[1] !== "workflowExecutionStarted") faults.push("does not begin with WorkflowExecutionStarted");
  return faults;
}

interface Place {
  readonly id: number;
  readonly names: readonly string[];
  readonly open: Map<number, string>;
  readonly fault: (what: string) => void;
}

function checkEvent(name: string, { value }: Attributes, { id, names, open, fault }: Place): void {
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const number = (field: string): number => Number(fields[field] ?? 0);
  if (name === "workflowTaskScheduled" && [...open.values()].includes(name)) {
    fault("comes while another workflow task is pending");
  }
  const link = ENDS[name] ?? MIDDLES[name];
  if (link) {
    const begin = number(link[1]);
    if (names[begin] !== link[0]) fault(`belongs to ${begin}, which is ${names[begin]}`);
    else if (open.get(begin) !== link[0]) fault(`belongs to ${begin}, which is over`);
    if (ENDS[name]) open.delete(begin);
  }
  const started = STARTED_FIRST[name];
  if (started && names[number("startedEventId")] !== started) {
    fault(`was started by ${number("startedEventId")}, which is ${names[number("startedEventId")]}`);
  }
  const decided = number(DECIDED);
  if (decided > 0 && names[decided] !== "workflowTaskCompleted") {
    fault(`was decided by ${decided}, which is ${names[decided]}`);
  }
  if (
    name.endsWith("Initiated") ||
    ["activityTaskScheduled", "timerStarted", "workflowTaskScheduled"].includes(name)
  )
    open.set(id, name);
}
