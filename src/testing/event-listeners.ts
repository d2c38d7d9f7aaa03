// Invariants
// 1. As the listeners of Node's EventEmitter: called in the order in which they were added, as often as they were added; those that
//    are added or taken away while an event is told hear of the next one.

/** Hears of an event. Its parameters may be of any type, as those of a method may: whoever tells the event knows what it tells. */
export type EventListener = { hear(...args: unknown[]): void }["hear"];

interface Entry {
  readonly listener: EventListener;
  readonly once: boolean;
}

/** Listeners of events, by name. */
export class EventListeners {
  readonly #entries: Map<string | symbol, readonly Entry[]> = new Map();

  /** Adds a listener; one that is there already is called once more. */
  add(event: string | symbol, listener: EventListener, once: boolean): void {
    this.#entries.set(event, [...this.#of(event), { listener, once }]);
  }

  /** Takes away the newest entry of a listener. */
  remove(event: string | symbol, listener: EventListener): void {
    const entries = this.#of(event);
    const index = entries.findLastIndex((entry) => entry.listener === listener);
    if (index >= 0) this.#entries.set(event, entries.toSpliced(index, 1));
  }

  /** Takes away all listeners of an event, or of all events. */
  clear(event?: string | symbol): void {
    if (event === undefined) this.#entries.clear();
    else this.#entries.delete(event);
  }

  count(event: string | symbol): number {
    return this.#of(event).length;
  }

  /** Calls the listeners of an event; false when there are none. */
  tell(event: string | symbol, args: readonly unknown[]): boolean {
    const entries = this.#of(event);
    for (const { listener, once } of entries) {
      if (once) this.remove(event, listener);
      listener(...args);
    }
    return entries.length > 0;
  }

  #of(event: string | symbol): readonly Entry[] {
    return this.#entries.get(event) ?? [];
  }
}
