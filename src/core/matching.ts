import type { ReportedCommand } from "../common/determinism-violation.ts";
import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { eventId } from "./event-id.ts";
import type { EventName } from "./history/event-kinds.ts";
import { replayedLocal } from "./local-resolution.ts";
import type { LiveMachine, QueuedCommand } from "./machine.ts";
import { noCommandFor, noInitiatorFor, patchNotCalled } from "./nondeterminism.ts";
import { isChangeVersionUpsert, type PatchMarker, patchMarkerOf } from "./patch-marker.ts";
import type { Problem } from "./problem.ts";
import type { Run } from "./run-state.ts";

/** The event being applied, and what it is called. */
export interface NamedEvent {
  readonly name: EventName;
  readonly event: HistoryEvent;
}

function feed(run: Run, machine: LiveMachine, { name, event }: NamedEvent): Problem | undefined {
  const problem = machine.advance(name, event.attributes.value, run);
  if (problem !== undefined) return { ...problem, command: compared(machine) };
  run.machines.release(machine);
  return undefined;
}

function compared(machine: LiveMachine): ReportedCommand {
  return { description: machine.describe(), stack: machine.issuedAt };
}

/**
 * Patches are the one thing that code and history need not agree on: a call may have no marker (it was added later), and a
 * deprecated marker no call (it was removed).
 */
function patchRule(
  front: QueuedCommand | undefined,
  marker: PatchMarker | undefined,
  event: HistoryEvent,
): "match" | "skipEvent" | "dropCommand" | Problem {
  const called = front?.patchId;
  if (marker === undefined) return called === undefined ? "match" : "dropCommand";
  if (called === undefined) return marker.deprecated ? "skipEvent" : patchNotCalled(event, marker.id);
  return called !== marker.id && marker.deprecated ? "skipEvent" : "match";
}

/**
 * An event written for a command goes to the machine at the front of the queue, whatever it names: the order of commands is
 * the whole check for determinism.
 */
export function matchCommandEvent(run: Run, named: NamedEvent): Problem | undefined {
  const { event } = named;
  if (run.skipUpsertAt === run.eventId && isChangeVersionUpsert(event)) return undefined;
  const local = replayedLocal(run, event);
  if (local !== undefined) return "message" in local ? local : feed(run, local, named);
  const marker = patchMarkerOf(event);
  for (;;) {
    const rule = patchRule(run.commands.peek(), marker, event);
    if (rule === "skipEvent") {
      run.skipUpsertAt = run.eventId + 1;
      return undefined;
    }
    if (typeof rule !== "string") {
      const next = run.commands.peek();
      return next === undefined ? rule : { ...rule, command: compared(next.machine) };
    }
    const entry = run.commands.shift();
    if (rule === "dropCommand") continue;
    if (entry === undefined) return noCommandFor(event);
    const { machine } = entry;
    if (machine.cancelledBeforeSent) continue;
    const problem = feed(run, machine, named);
    if (problem === undefined && !machine.isFinal) run.machines.register(run.eventId, machine);
    return problem;
  }
}

/** An event from outside goes to the machine that the event with this id began. */
export function feedInitiated(run: Run, named: NamedEvent, initiatedBy: bigint): Problem | undefined {
  const machine = run.machines.initiatedBy(eventId(initiatedBy));
  return machine === undefined ? noInitiatorFor(named.event, initiatedBy) : feed(run, machine, named);
}
