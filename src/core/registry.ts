import type { WorkflowCommand } from "./command.ts";
import type { AttributesOf, EventName } from "./history/event-kinds.ts";
import type { LiveMachine, Scene } from "./machine.ts";
import { openActivity } from "./machines/activity.ts";
import { openCancelWorkflow } from "./machines/cancel-workflow.ts";
import { openCompleteWorkflow } from "./machines/complete-workflow.ts";
import { openContinueAsNew } from "./machines/continue-as-new.ts";
import { openFailWorkflow } from "./machines/fail-workflow.ts";
import { openTimer } from "./machines/timer.ts";

/** A command that goes to machines; answers to queries do not. */
export type MachineCommand = Exclude<WorkflowCommand, { kind: "respondToQuery" }>;

/** What a command means: a new machine, or the cancellation of one that exists. */
export type Accepted =
  | { readonly kind: "opened"; readonly machine: LiveMachine }
  | { readonly kind: "cancel"; readonly of: string; readonly seq: number };

/** Command kind → machine: the only list of commands that workflow code may issue. */
export function accept(command: MachineCommand, scene: Scene): Accepted {
  switch (command.kind) {
    case "startTimer":
      return { kind: "opened", machine: openTimer(command, scene) };
    case "cancelTimer":
      return { kind: "cancel", of: "Timer", seq: command.seq };
    case "scheduleActivity":
      return { kind: "opened", machine: openActivity(command, scene) };
    case "requestCancelActivity":
      return { kind: "cancel", of: "Activity", seq: command.seq };
    case "completeWorkflow":
      return { kind: "opened", machine: openCompleteWorkflow(command, scene) };
    case "failWorkflow":
      return { kind: "opened", machine: openFailWorkflow(command, scene) };
    case "cancelWorkflow":
      return { kind: "opened", machine: openCancelWorkflow(scene) };
    case "continueAsNew":
      return { kind: "opened", machine: openContinueAsNew(command, scene) };
  }
}

/** Command kinds that end a run. */
export const terminalCommands: ReadonlySet<WorkflowCommand["kind"]> = new Set([
  "completeWorkflow",
  "failWorkflow",
  "cancelWorkflow",
  "continueAsNew",
] as const);

/** The id by which an event names the event that began its machine. */
type Initiator = (attributes: unknown) => bigint;

const initiators = new Map<EventName, Initiator>();

/** Events of these names go to the machine that the event under `key` began. */
function route<Key extends string, Name extends EventName>(
  key: Key,
  ...names: (AttributesOf<Name> extends { readonly [K in Key]: bigint } ? Name : never)[]
): void {
  const initiator: Initiator = (attributes) => (attributes as { readonly [K in Key]: bigint })[key];
  for (const name of names) initiators.set(name, initiator);
}

route("scheduledEventId", "activityTaskStarted", "activityTaskCompleted", "activityTaskFailed");
route("scheduledEventId", "activityTaskTimedOut", "activityTaskCanceled");
route("scheduledEventId", "workflowTaskStarted", "workflowTaskCompleted", "workflowTaskFailed");
route("scheduledEventId", "workflowTaskTimedOut");
route("startedEventId", "timerFired");

/**
 * Event name → how to find its machine: the only list of events that machines take from outside. Events written for commands
 * are not in it: they are matched by position.
 */
export const initiatorOf: ReadonlyMap<EventName, Initiator> = initiators;
