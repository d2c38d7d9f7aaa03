// Invariants
// H1. Event ids are dense from 1; an event that is in does not change.
// H2. A batch is what one transaction wrote; pages never split one.
// H3. Events are kept encoded, each as a `History` message has it: tag, length, event. So a page of them is a copy of bytes, and a
//     run that waits holds little. Who looks into an event has it decoded for himself.
import { decodeHistory, encodeHistory } from "../../gen/codec/temporal/api/history/v1/message.ts";
import { ByteLog } from "./byte-log.ts";
import type { StoredEvent } from "./event.ts";

/** Some whole batches, encoded. */
export interface EncodedPage {
  /** The events, as the fields of a `History` message. */
  readonly bytes: Uint8Array;
  /** Id of the event after them. */
  readonly to: number;
  /** How many batches they are. */
  readonly batches: number;
}

/** So many batches are listed without room for more to come: most histories have no more. */
const FEW = 8;

/** The history of one run. */
export class History {
  readonly #log: ByteLog = new ByteLog();
  /** Two numbers for each batch: the id of its first event, and where in the log that lies. */
  #batches: number[] = [];
  /** Most histories have none. */
  #waiters: Set<() => void> | undefined;
  #length = 0;
  #sizeBytes = 0;

  /** Number of events, which is the id of the last one. */
  get length(): number {
    return this.#length;
  }

  /** Encoded size, as `historySizeBytes` tells it. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The last event. */
  get last(): StoredEvent | undefined {
    return this.get(this.#length);
  }

  /** The event of an id. */
  get(eventId: number): StoredEvent | undefined {
    return this.slice(eventId, eventId + 1)[0];
  }

  /** Events of ids `from` (included) to `to` (not included). */
  slice(from: number, to: number = this.#length + 1): readonly StoredEvent[] {
    return decodeHistory(this.encoded(from, to)).events.map(
      // Only events with attributes are ever encoded; their ids are safe integers.
      (event) => ({ ...event, eventId: Number(event.eventId), taskId: Number(event.taskId) }) as StoredEvent,
    );
  }

  /** The same events as the fields of a `History` message. */
  encoded(from: number, to: number): Uint8Array {
    return from < to ? this.#log.slice(this.#placeOf(from), this.#placeOf(to)) : this.#log.slice(0, 0);
  }

  /** Batches from `from` up to `to` (not included), whole ones: one, and then as many as the limits allow. */
  page(from: number, to: number, limits: { readonly batches: number; readonly bytes: number }): EncodedPage {
    const start = this.#placeOf(from);
    let end = from;
    let batches = 0;
    for (let index = this.#batchOf(from); end < to && batches < limits.batches; index += 1) {
      const bytes = this.#startOf(index + 1) - start;
      if (batches > 0 && bytes > limits.bytes) break;
      end = Math.min(this.#firstOf(index + 1), to);
      batches += 1;
    }
    return { bytes: this.encoded(from, end), to: end, batches };
  }

  /** First id of the batch in which `eventId` lies. */
  batchStart(eventId: number): number {
    return this.#firstOf(this.#batchOf(eventId));
  }

  /** First id after the batch in which `eventId` lies. */
  batchEnd(eventId: number): number {
    return this.#firstOf(this.#batchOf(eventId) + 1);
  }

  /** Appends one batch and wakes who waits for it. */
  append(batch: readonly StoredEvent[]): void {
    if (batch.length === 0) return;
    const first = this.#length + 1;
    for (const [index, { eventId }] of batch.entries()) {
      if (eventId !== first + index)
        throw new Error(`event ${eventId} cannot follow event ${first + index - 1}`);
    }
    const bytes = encodeHistory({ events: batch });
    const place = this.#log.length;
    if (this.#batches.length < 2 * FEW) this.#batches = this.#batches.concat(first, place);
    else this.#batches.push(first, place);
    this.#log.append(bytes);
    this.#length += batch.length;
    for (let at = 0; at < bytes.length; ) {
      const { start, end } = eventAt(bytes, at);
      this.#sizeBytes += end - start;
      at = end;
    }
    for (const wake of [...(this.#waiters ?? [])]) wake();
  }

  /** Calls `wake` at each append until the result is called. */
  onAppend(wake: () => void): () => void {
    this.#waiters ??= new Set();
    this.#waiters.add(wake);
    return () => void this.#waiters?.delete(wake);
  }

  /** Where in the log an event begins; the log's end for ids that are not there yet. */
  #placeOf(eventId: number): number {
    if (eventId > this.#length) return this.#log.length;
    const index = this.#batchOf(eventId);
    const start = this.#startOf(index);
    const first = this.#firstOf(index);
    if (eventId <= first) return start;
    const batch = this.#log.slice(start, this.#startOf(index + 1));
    let at = 0;
    for (let id = first; id < eventId; id += 1) at = eventAt(batch, at).end;
    return start + at;
  }

  /** Index of the batch in which an event lies. */
  #batchOf(eventId: number): number {
    let low = 0;
    let high = this.#batches.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#firstOf(middle) <= eventId) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  #firstOf(index: number): number {
    return this.#batches[2 * index] ?? this.#length + 1;
  }

  #startOf(index: number): number {
    return this.#batches[2 * index + 1] ?? this.#log.length;
  }
}

/** Where the event lies whose tag is at `at`. */
function eventAt(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  let length = 0;
  let start = at + 1;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[start] ?? 0;
    start += 1;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return { start, end: start + length };
}
