import type { LiveMachine } from "./machine.ts";

/** Machines of one kind by seq. Final ones leave; the highest seq tells those from unknown ones. */
interface SeqTable {
  readonly live: Map<number, LiveMachine>;
  highest: number;
}

/** A machine, one that is over, or a seq that workflow code never used. */
export type Found = LiveMachine | "over" | "unknown";

/**
 * The machines of one run, by the two names they have.
 *
 * M1. A machine in a final state is in neither map: a cached run keeps only what can still move.
 */
export class MachineStore {
  readonly #byEventId = new Map<number, LiveMachine>();
  readonly #bySeq = new Map<string, SeqTable>();

  /** Adds a machine under its kind and seq. */
  add(machine: LiveMachine): void {
    let table = this.#bySeq.get(machine.kindName);
    if (table === undefined) {
      table = { live: new Map(), highest: 0 };
      this.#bySeq.set(machine.kindName, table);
    }
    table.live.set(machine.seq, machine);
    if (machine.seq > table.highest) table.highest = machine.seq;
  }

  find(kindName: string, seq: number): Found {
    const table = this.#bySeq.get(kindName);
    if (table === undefined) return "unknown";
    return table.live.get(seq) ?? (seq > 0 && seq <= table.highest ? "over" : "unknown");
  }

  /** The machines of a kind that can still move. */
  *ofKind(kindName: string): Iterable<LiveMachine> {
    const table = this.#bySeq.get(kindName);
    if (table !== undefined) yield* table.live.values();
  }

  /** Later events name this event as the one that began the machine. */
  register(eventId: number, machine: LiveMachine): void {
    if (machine.initiatedBy !== 0) return;
    machine.initiatedBy = eventId;
    this.#byEventId.set(eventId, machine);
  }

  initiatedBy(eventId: number): LiveMachine | undefined {
    return this.#byEventId.get(eventId);
  }

  /** Forgets a machine if nothing can happen to it any more. */
  release(machine: LiveMachine): void {
    if (!machine.isFinal) return;
    if (machine.initiatedBy !== 0) this.#byEventId.delete(machine.initiatedBy);
    if (machine.seq !== 0) this.#bySeq.get(machine.kindName)?.live.delete(machine.seq);
  }

  /** Forgets machines begun by events above `eventId`: those events were taken back. */
  forgetAbove(eventId: number): void {
    for (const id of this.#byEventId.keys()) {
      if (id > eventId) this.#byEventId.delete(id);
    }
  }
}
