import type { HistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";

type EventCase = NonNullable<HistoryEvent["attributes"]["case"]>;
type NameOf<Case> = Case extends `${infer Name}EventAttributes` ? Name : never;

/** The name of an event type, as in `timerFired`. */
export type EventName = NameOf<EventCase>;

/** The attributes that an event of this name carries. */
export type AttributesOf<Name extends EventName> = Extract<
  HistoryEvent["attributes"],
  { readonly case: `${Name}EventAttributes` }
>["value"];

/** What core must know of an event type, whether or not a machine handles it. */
export interface EventKind {
  readonly name: EventName;
  /** As people write it: `TimerFired`. */
  readonly typeName: string;
  /** The server writes it one to one for a command of the workflow. */
  readonly command: boolean;
  /** It closes the run. */
  readonly terminal: boolean;
  /** A worker may skip it, if the event says so. */
  readonly ignorable: boolean;
}

type Traits = "plain" | "command" | "terminal" | "commandTerminal" | "ignorable";

const traits: { readonly [Name in EventName]: Traits } = {
  workflowExecutionStarted: "plain",
  workflowExecutionCompleted: "commandTerminal",
  workflowExecutionFailed: "commandTerminal",
  workflowExecutionTimedOut: "terminal",
  workflowTaskScheduled: "plain",
  workflowTaskStarted: "plain",
  workflowTaskCompleted: "plain",
  workflowTaskTimedOut: "plain",
  workflowTaskFailed: "plain",
  activityTaskScheduled: "command",
  activityTaskStarted: "plain",
  activityTaskCompleted: "plain",
  activityTaskFailed: "plain",
  activityTaskTimedOut: "plain",
  timerStarted: "command",
  timerFired: "plain",
  activityTaskCancelRequested: "command",
  activityTaskCanceled: "plain",
  timerCanceled: "command",
  markerRecorded: "command",
  workflowExecutionSignaled: "plain",
  workflowExecutionTerminated: "terminal",
  workflowExecutionCancelRequested: "plain",
  workflowExecutionCanceled: "commandTerminal",
  requestCancelExternalWorkflowExecutionInitiated: "command",
  requestCancelExternalWorkflowExecutionFailed: "plain",
  externalWorkflowExecutionCancelRequested: "plain",
  workflowExecutionContinuedAsNew: "commandTerminal",
  startChildWorkflowExecutionInitiated: "command",
  startChildWorkflowExecutionFailed: "plain",
  childWorkflowExecutionStarted: "plain",
  childWorkflowExecutionCompleted: "plain",
  childWorkflowExecutionFailed: "plain",
  childWorkflowExecutionCanceled: "plain",
  childWorkflowExecutionTimedOut: "plain",
  childWorkflowExecutionTerminated: "plain",
  signalExternalWorkflowExecutionInitiated: "command",
  signalExternalWorkflowExecutionFailed: "plain",
  externalWorkflowExecutionSignaled: "plain",
  upsertWorkflowSearchAttributes: "command",
  workflowExecutionUpdateAccepted: "command",
  workflowExecutionUpdateRejected: "command",
  workflowExecutionUpdateCompleted: "command",
  workflowPropertiesModifiedExternally: "plain",
  activityPropertiesModifiedExternally: "plain",
  workflowPropertiesModified: "command",
  workflowExecutionUpdateAdmitted: "plain",
  nexusOperationScheduled: "command",
  nexusOperationStarted: "plain",
  nexusOperationCompleted: "plain",
  nexusOperationFailed: "plain",
  nexusOperationCanceled: "plain",
  nexusOperationTimedOut: "plain",
  nexusOperationCancelRequested: "command",
  workflowExecutionOptionsUpdated: "ignorable",
  nexusOperationCancelRequestCompleted: "plain",
  nexusOperationCancelRequestFailed: "plain",
  workflowExecutionPaused: "ignorable",
  workflowExecutionUnpaused: "ignorable",
  workflowExecutionTimeSkippingTransitioned: "ignorable",
};

const kinds = new Map<string, EventKind>();
for (const [name, trait] of Object.entries(traits) as [EventName, Traits][]) {
  kinds.set(`${name}EventAttributes`, {
    name,
    typeName: name.charAt(0).toUpperCase() + name.slice(1),
    command: trait === "command" || trait === "commandTerminal",
    terminal: trait === "terminal" || trait === "commandTerminal",
    ignorable: trait === "ignorable",
  });
}

/** The kind of an event; `undefined` for types newer than this SDK. */
export function eventKind(event: HistoryEvent): EventKind | undefined {
  const { case: eventCase } = event.attributes;
  return eventCase === undefined ? undefined : kinds.get(eventCase);
}
