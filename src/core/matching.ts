import type { HistoryEvent } from "../gen/codec/temporal/api/history/v1/message.ts";
import { eventId } from "./event-id.ts";
import type { EventKind } from "./history/event-kinds.ts";
import type { LiveMachine } from "./machine.ts";
import { noCommandFor, noInitiatorFor } from "./nondeterminism.ts";
import type { Problem } from "./problem.ts";
import { initiatorOf } from "./registry.ts";
import type { Run } from "./run-state.ts";

function feed(run: Run, machine: LiveMachine, kind: EventKind): Problem | undefined {
  const problem = machine.advance(kind.name, run.event?.attributes.value, run);
  if (problem === undefined) run.machines.release(machine);
  return problem;
}

/**
 * An event written for a command goes to the machine at the front of the queue, whatever it names: the order of commands is
 * the whole check for determinism.
 */
export function matchCommandEvent(run: Run, event: HistoryEvent, kind: EventKind): Problem | undefined {
  for (;;) {
    const entry = run.commands.shift();
    if (entry === undefined) return noCommandFor(event);
    const { machine } = entry;
    if (machine.cancelledBeforeSent) continue;
    const problem = feed(run, machine, kind);
    if (problem === undefined && !machine.isFinal) run.machines.register(run.eventId, machine);
    return problem;
  }
}

/** An event from outside goes to the machine that it names. `unhandled`: no machine takes events of this kind. */
export function routeEvent(
  run: Run,
  event: HistoryEvent,
  kind: EventKind,
): Problem | "unhandled" | undefined {
  const initiator = initiatorOf.get(kind.name);
  if (initiator === undefined) return "unhandled";
  const id = initiator(event.attributes.value);
  const machine = run.machines.initiatedBy(eventId(id));
  return machine === undefined ? noInitiatorFor(event, id) : feed(run, machine, kind);
}
