// Invariants
// H1. Event ids are dense from 1; an event that is in does not change.
// H2. A batch is what one transaction wrote; pages never split one.
import { encodeHistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";
import type { StoredEvent } from "./event.ts";

/** The history of one run. */
export class History {
  readonly #events: StoredEvent[] = [];
  /** Index of the first event of each batch. */
  readonly #batches: number[] = [];
  /** Most histories have none. */
  #waiters: Set<() => void> | undefined;
  #sizeBytes = 0;

  /** Number of events, which is the id of the last one. */
  get length(): number {
    return this.#events.length;
  }

  /** Encoded size, as `historySizeBytes` tells it. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The last event. */
  get last(): StoredEvent | undefined {
    return this.#events.at(-1);
  }

  /** The event of an id. */
  get(eventId: number): StoredEvent | undefined {
    return this.#events[eventId - 1];
  }

  /** Events of ids `from` (included) to `to` (not included). */
  slice(from: number, to: number = this.#events.length + 1): readonly StoredEvent[] {
    return this.#events.slice(from - 1, to - 1);
  }

  /** First id of the batch in which `eventId` lies. */
  batchStart(eventId: number): number {
    return (this.#batches[this.#batchAfter(eventId) - 1] ?? 0) + 1;
  }

  /** First id after the batch in which `eventId` lies. */
  batchEnd(eventId: number): number {
    return (this.#batches[this.#batchAfter(eventId)] ?? this.#events.length) + 1;
  }

  /** Appends one batch and wakes who waits for it. */
  append(batch: readonly StoredEvent[]): void {
    if (batch.length === 0) return;
    this.#batches.push(this.#events.length);
    for (const event of batch) {
      if (event.eventId !== this.#events.length + 1) {
        throw new Error(`event ${event.eventId} cannot follow event ${this.#events.length}`);
      }
      this.#events.push(event);
      this.#sizeBytes += encodeHistoryEvent(event).length;
    }
    for (const wake of [...(this.#waiters ?? [])]) wake();
  }

  /** Calls `wake` at each append until the result is called. */
  onAppend(wake: () => void): () => void {
    this.#waiters ??= new Set();
    this.#waiters.add(wake);
    return () => void this.#waiters?.delete(wake);
  }

  /** Index of the batch that follows the one in which `eventId` lies. */
  #batchAfter(eventId: number): number {
    const batches = this.#batches;
    let low = 0;
    let high = batches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((batches[middle] ?? 0) < eventId) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
