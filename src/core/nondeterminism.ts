import type { ReportedEvent } from "../common/determinism-violation.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { eventId } from "./event-id.ts";
import { eventKind } from "./history/event-kinds.ts";
import { fatal, nondeterminism, type Problem } from "./problem.ts";

/** The part of a machine that errors speak of. */
interface Described {
  readonly kindName: string;
  readonly state: string;
  describe(): string;
}

function typeName(event: HistoryEvent): string {
  return eventKind(event)?.typeName ?? `unknown type ${event.eventType}`;
}

function marked(event: HistoryEvent): string {
  return `HistoryEvent(id: ${event.eventId}, ${typeName(event)})`;
}

/** What an event is about, in the words of the user's code; empty when there is nothing to name. */
function subject(event: HistoryEvent): string {
  const { attributes } = event;
  switch (attributes.case) {
    case "activityTaskScheduledEventAttributes":
      return `activity type '${attributes.value.activityType?.name ?? ""}', activity id '${attributes.value.activityId}'`;
    case "timerStartedEventAttributes":
    case "timerFiredEventAttributes":
    case "timerCanceledEventAttributes":
      return `timer id '${attributes.value.timerId}'`;
    case "startChildWorkflowExecutionInitiatedEventAttributes":
      return `child workflow type '${attributes.value.workflowType?.name ?? ""}', workflow id '${attributes.value.workflowId}'`;
    case "markerRecordedEventAttributes":
      return `marker '${attributes.value.markerName}'`;
    case "signalExternalWorkflowExecutionInitiatedEventAttributes":
      return `signal '${attributes.value.signalName}' to workflow '${attributes.value.workflowExecution?.workflowId ?? ""}'`;
    case "requestCancelExternalWorkflowExecutionInitiatedEventAttributes":
      return `workflow '${attributes.value.workflowExecution?.workflowId ?? ""}'`;
    case "nexusOperationScheduledEventAttributes":
      return `operation '${attributes.value.service}.${attributes.value.operation}'`;
    case "workflowExecutionUpdateAcceptedEventAttributes":
      return `update '${attributes.value.acceptedRequest?.input?.name ?? attributes.value.protocolInstanceId}'`;
    case "workflowExecutionContinuedAsNewEventAttributes":
      return `workflow type '${attributes.value.workflowType?.name ?? ""}'`;
    case "activityTaskCancelRequestedEventAttributes":
      return `activity scheduled by event ${attributes.value.scheduledEventId}`;
    default:
      return "";
  }
}

/** `event 5, ActivityTaskScheduled (activity type 'greet', activity id '1')` */
function recorded(event: HistoryEvent): string {
  const about = subject(event);
  return `event ${event.eventId}, ${typeName(event)}${about === "" ? "" : ` (${about})`}`;
}

/** Events before and after the one in question that a report shows. */
const NEIGHBOURS = 4;

function eventText(event: HistoryEvent): ReportedEvent {
  return { eventId: eventId(event.eventId), type: typeName(event), about: subject(event) };
}

/** The problem with the place in history where it came up. */
export function locate(problem: Problem, events: readonly HistoryEvent[], index: number): Problem {
  const neighbours = events.slice(Math.max(0, index - NEIGHBOURS), index + NEIGHBOURS + 1).map(eventText);
  return {
    ...problem,
    conflict: { event: eventText(events[index]!), neighbours, command: problem.command },
  };
}

/** How a machine was moved that does not provide for it. */
export interface UnexpectedInput {
  readonly machine: Described;
  readonly input: string;
  /** Its table provides for the input in another state. */
  readonly known: boolean;
  /** The event that is the input; none for commands. */
  readonly event: HistoryEvent | undefined;
}

/**
 * An event that this kind of machine never takes means that code and history disagree; one that it takes in another state
 * means that history itself is wrong.
 */
export function unexpectedInput({ machine, input, known, event }: UnexpectedInput): Problem {
  if (event === undefined) {
    return nondeterminism(
      `${machine.kindName} machine does not handle '${input}' in state '${machine.state}': ${machine.describe()}`,
    );
  }
  if (known) {
    return fatal(
      `${machine.kindName} machine cannot take ${marked(event)} in state '${machine.state}': history has ${recorded(event)} for ${machine.describe()}`,
    );
  }
  return nondeterminism(
    `${machine.kindName} machine does not handle this event: ${marked(event)}. History has ${recorded(event)} here, but the next command of the workflow code is ${machine.describe()}`,
  );
}

/** History goes on with a command that the workflow code did not make. */
export function noCommandFor(event: HistoryEvent): Problem {
  return nondeterminism(
    `No command scheduled for event ${marked(event)}. History has ${recorded(event)} here, but the workflow code made no further command`,
  );
}

/** An event belongs to a command that was never matched. */
export function noInitiatorFor(event: HistoryEvent, initiatedBy: bigint): Problem {
  return nondeterminism(
    `${marked(event)} had an initial command ID (${initiatedBy}) but we could not find a matching command. History has ${recorded(event)}, but no command of the workflow code led to event ${initiatedBy}`,
  );
}

/** What differs between an event and the command at its place. */
export interface Difference {
  /** As in `Activity id` / `activity command`. */
  readonly what: string;
  readonly of: string;
  readonly inEvent: string;
  readonly inCommand: string;
}

/** The event and the command are of one kind, yet name different things. */
export function mismatch(event: HistoryEvent, machine: Described, difference: Difference): Problem {
  const { what, of, inEvent, inCommand } = difference;
  return nondeterminism(
    `${what} of scheduled event '${inEvent}' does not match ${what.charAt(0).toLowerCase()}${what.slice(1)} of ${of} command '${inCommand}'. History has ${recorded(event)} here, but the next command of the workflow code is ${machine.describe()}`,
  );
}

/** A timer fired under another id than the one it was started with. */
export function timerIdMismatch(event: HistoryEvent, machine: Described): Problem {
  return nondeterminism(
    `Timer fired event did not have expected timer id: history has ${recorded(event)}, but the workflow code has ${machine.describe()}`,
  );
}

/** History has the marker of a patch, but the code has no call for it at this place. */
export function patchNotCalled(event: HistoryEvent, patchId: string): Problem {
  return nondeterminism(
    `Non-deprecated patch marker encountered for change ${patchId}, but there is no corresponding change command! History has ${recorded(event)} here: keep \`patched("${patchId}")\`, or call \`deprecatePatch("${patchId}")\` until no run needs it`,
  );
}

/** The marker of one patch is where the code asks for another. */
export function patchIdMismatch(
  event: HistoryEvent,
  machine: Described,
  { recorded: inEvent, patchId }: { readonly recorded: string; readonly patchId: string },
): Problem {
  return nondeterminism(
    `Change id ${inEvent} does not match expected id ${patchId}: history has ${recorded(event)}, but the next command of the workflow code is ${machine.describe()}`,
  );
}

/** Workflow code speaks of something that it never started. */
export function unknownSeq(kindName: string, seq: number): Problem {
  return nondeterminism(
    `Missing associated machine for ${kindName} with seq ${seq}: the workflow code never started it`,
  );
}

/** The marker of a local activity is not that of the activity at its place. */
export function localMarkerMismatch(
  event: HistoryEvent,
  machine: Described,
  { what, inEvent, inCommand }: Omit<Difference, "of">,
): Problem {
  return nondeterminism(
    `${what} of recorded marker '${inEvent}' does not match ${what.charAt(0).toLowerCase()}${what.slice(1)} of local activity command '${inCommand}'. History has ${recorded(event)} here, but the workflow code has ${machine.describe()}`,
  );
}

/** The activity ended in one way here, and in another one in history. */
export function localEndMismatch(
  event: HistoryEvent,
  machine: Described,
  { here, there }: { readonly here: string; readonly there: string },
): Problem {
  return nondeterminism(
    `Local activity ${here} locally, but history said it ${there}! History has ${recorded(event)} for ${machine.describe()}`,
  );
}

/** History tells the end of a local activity that nobody waits for. */
export function localNotCalled(event: HistoryEvent, seq: number): Problem {
  return nondeterminism(
    `Missing associated machine for the marker of a local activity with seq ${seq}: history has ${recorded(event)}, but no local activity of the workflow code waits for it`,
  );
}
