import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import type { WorkflowCommand } from "./command.ts";
import type { AttributesOf, EventName } from "./history/event-kinds.ts";
import type { LiveMachine, Scene } from "./machine.ts";
import { activity, openActivity } from "./machines/activity.ts";
import { openCancelExternal } from "./machines/cancel-external.ts";
import { openCancelWorkflow } from "./machines/cancel-workflow.ts";
import { childWorkflow, openChildWorkflow } from "./machines/child-workflow.ts";
import { openCompleteWorkflow } from "./machines/complete-workflow.ts";
import { openContinueAsNew } from "./machines/continue-as-new.ts";
import { openFailWorkflow } from "./machines/fail-workflow.ts";
import { localActivity, openLocalActivity } from "./machines/local-activity.ts";
import { openModifyProperties } from "./machines/modify-workflow-properties.ts";
import { nexusOperation, openNexusOperation } from "./machines/nexus-operation.ts";
import { openPatch } from "./machines/patch.ts";
import { openSignalExternal, signalExternal } from "./machines/signal-external.ts";
import { openTimer, timer } from "./machines/timer.ts";
import { respondToUpdate } from "./machines/update.ts";
import { openUpsert } from "./machines/upsert-search-attributes.ts";
import { takeCancelRequested, takeSignaled, takeStarted, takeTaskScheduled } from "./outside-events.ts";
import type { Problem } from "./problem.ts";
import type { Run } from "./run-state.ts";
import { takeAdmitted } from "./update-delivery.ts";

/** A command that goes to machines; answers to queries do not. */
export type MachineCommand = Exclude<WorkflowCommand, { kind: "respondToQuery" }>;

/**
 * What a command means: a new machine, machines that nothing can ask for, the cancellation of one that exists, or an answer
 * that has been taken in.
 */
export type Accepted =
  | { readonly kind: "opened"; readonly machine: LiveMachine }
  | { readonly kind: "issued" }
  | { readonly kind: "cancel"; readonly of: string; readonly seq: number }
  | { readonly kind: "answered"; readonly problem: Problem | undefined };

const ISSUED: Accepted = { kind: "issued" };

/** Command kind → machine: the only list of commands that workflow code may issue. */
export function accept(command: MachineCommand, scene: Scene): Accepted {
  switch (command.kind) {
    case "startTimer":
      return { kind: "opened", machine: openTimer(command, scene) };
    case "cancelTimer":
      return { kind: "cancel", of: timer.name, seq: command.seq };
    case "scheduleActivity":
      return { kind: "opened", machine: openActivity(command, scene) };
    case "requestCancelActivity":
      return { kind: "cancel", of: activity.name, seq: command.seq };
    case "scheduleLocalActivity":
      return { kind: "opened", machine: openLocalActivity(command, scene) };
    case "requestCancelLocalActivity":
      return { kind: "cancel", of: localActivity.name, seq: command.seq };
    case "startChildWorkflow":
      return { kind: "opened", machine: openChildWorkflow(command, scene) };
    case "cancelChildWorkflow":
      return { kind: "cancel", of: childWorkflow.name, seq: command.seq };
    case "signalExternalWorkflow":
      return { kind: "opened", machine: openSignalExternal(command, scene) };
    case "cancelSignalExternal":
      return { kind: "cancel", of: signalExternal.name, seq: command.seq };
    case "requestCancelExternalWorkflow":
      return { kind: "opened", machine: openCancelExternal(command, scene) };
    case "scheduleNexusOperation":
      return { kind: "opened", machine: openNexusOperation(command, scene) };
    case "cancelNexusOperation":
      return { kind: "cancel", of: nexusOperation.name, seq: command.seq };
    case "completeWorkflow":
      return { kind: "opened", machine: openCompleteWorkflow(command, scene) };
    case "failWorkflow":
      return { kind: "opened", machine: openFailWorkflow(command, scene) };
    case "cancelWorkflow":
      return { kind: "opened", machine: openCancelWorkflow(scene) };
    case "continueAsNew":
      return { kind: "opened", machine: openContinueAsNew(command, scene) };
    case "respondToUpdate":
      return { kind: "answered", problem: respondToUpdate(command, scene) };
    case "setPatchMarker":
      openPatch(command, scene);
      return ISSUED;
    case "upsertSearchAttributes":
      openUpsert(command, scene);
      return ISSUED;
    case "modifyWorkflowProperties":
      openModifyProperties(command, scene);
      return ISSUED;
  }
}

/** Command kinds that end a run. */
export const terminalCommands: ReadonlySet<WorkflowCommand["kind"]> = new Set([
  "completeWorkflow",
  "failWorkflow",
  "cancelWorkflow",
  "continueAsNew",
] as const);

/** Where an event from outside goes. */
export type Route =
  /** It becomes jobs, or begins a machine. */
  | { readonly kind: "direct"; take(run: Run, event: HistoryEvent): Problem | undefined }
  /** It goes to the machine that an earlier event began; this gives that event's id. */
  | { readonly kind: "initiated"; initiatedBy(event: HistoryEvent): bigint };

type Take<Name extends EventName> = (
  run: Run,
  event: HistoryEvent,
  attributes: AttributesOf<Name>,
) => Problem | undefined;

/** The one place that trusts the kind of an event to tell its attributes. */
function attributesOf<Name extends EventName>(event: HistoryEvent): AttributesOf<Name> {
  return event.attributes.value as AttributesOf<Name>;
}

function direct<Name extends EventName>(name: Name, take: Take<Name>): [Name, Route] {
  return [name, { kind: "direct", take: (run, event) => take(run, event, attributesOf<Name>(event)) }];
}

function initiated<Name extends EventName>(
  name: Name,
  initiatedBy: (attributes: AttributesOf<Name>) => bigint,
): [Name, Route] {
  return [name, { kind: "initiated", initiatedBy: (event) => initiatedBy(attributesOf<Name>(event)) }];
}

/**
 * Event name → where it goes: the only list of events from outside. Events that the server writes for commands are not in
 * it: they go to the machine of the next command, whichever that is.
 */
export const routes: ReadonlyMap<EventName, Route> = new Map<EventName, Route>([
  direct("workflowExecutionStarted", takeStarted),
  direct("workflowExecutionSignaled", takeSignaled),
  direct("workflowExecutionCancelRequested", takeCancelRequested),
  direct("workflowExecutionUpdateAdmitted", takeAdmitted),
  direct("workflowTaskScheduled", takeTaskScheduled),
  initiated("workflowTaskStarted", (event) => event.scheduledEventId),
  initiated("workflowTaskCompleted", (event) => event.scheduledEventId),
  initiated("workflowTaskFailed", (event) => event.scheduledEventId),
  initiated("workflowTaskTimedOut", (event) => event.scheduledEventId),
  initiated("activityTaskStarted", (event) => event.scheduledEventId),
  initiated("activityTaskCompleted", (event) => event.scheduledEventId),
  initiated("activityTaskFailed", (event) => event.scheduledEventId),
  initiated("activityTaskTimedOut", (event) => event.scheduledEventId),
  initiated("activityTaskCanceled", (event) => event.scheduledEventId),
  initiated("timerFired", (event) => event.startedEventId),
  initiated("startChildWorkflowExecutionFailed", (event) => event.initiatedEventId),
  initiated("childWorkflowExecutionStarted", (event) => event.initiatedEventId),
  initiated("childWorkflowExecutionCompleted", (event) => event.initiatedEventId),
  initiated("childWorkflowExecutionFailed", (event) => event.initiatedEventId),
  initiated("childWorkflowExecutionCanceled", (event) => event.initiatedEventId),
  initiated("childWorkflowExecutionTimedOut", (event) => event.initiatedEventId),
  initiated("childWorkflowExecutionTerminated", (event) => event.initiatedEventId),
  initiated("externalWorkflowExecutionSignaled", (event) => event.initiatedEventId),
  initiated("signalExternalWorkflowExecutionFailed", (event) => event.initiatedEventId),
  initiated("externalWorkflowExecutionCancelRequested", (event) => event.initiatedEventId),
  initiated("requestCancelExternalWorkflowExecutionFailed", (event) => event.initiatedEventId),
  initiated("nexusOperationStarted", (event) => event.scheduledEventId),
  initiated("nexusOperationCompleted", (event) => event.scheduledEventId),
  initiated("nexusOperationFailed", (event) => event.scheduledEventId),
  initiated("nexusOperationCanceled", (event) => event.scheduledEventId),
  initiated("nexusOperationTimedOut", (event) => event.scheduledEventId),
  initiated("nexusOperationCancelRequestCompleted", (event) => event.scheduledEventId),
  initiated("nexusOperationCancelRequestFailed", (event) => event.scheduledEventId),
]);
