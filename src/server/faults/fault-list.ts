// Invariants
// L1. A fault with a number of times ends with the last of them; every fault ends when it is disposed of.
// L2. `onChange` has heard of the list's last change whenever anybody else runs.

/** A fault that is set. Disposing of it ends it; safe to do again. */
export interface Fault extends Disposable {
  /** How often it has struck. */
  readonly hits: number;
}

class Entry<What> implements Fault {
  readonly what: What;
  readonly #times: number;
  readonly #end: (entry: Entry<What>) => void;
  #hits = 0;

  constructor(what: What, times: number, end: (entry: Entry<What>) => void) {
    this.what = what;
    this.#times = times;
    this.#end = end;
  }

  get hits(): number {
    return this.#hits;
  }

  strike(): void {
    this.#hits += 1;
    if (this.#hits >= this.#times) this.#end(this);
  }

  [Symbol.dispose](): void {
    this.#end(this);
  }
}

/** The faults of one kind that are set. */
export class FaultList<What> {
  readonly #entries: Set<Entry<What>> = new Set();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Sets a fault. */
  add(what: What, times: number): Fault {
    const entry = new Entry(what, times, (ended) => {
      if (this.#entries.delete(ended)) this.#onChange();
    });
    this.#entries.add(entry);
    this.#onChange();
    return entry;
  }

  /** Of the faults that are about something, the one that was set first: it strikes. */
  strike(isAbout: (what: What) => boolean): What | undefined {
    for (const entry of this.#entries) {
      if (!isAbout(entry.what)) continue;
      entry.strike();
      return entry.what;
    }
    return undefined;
  }
}
