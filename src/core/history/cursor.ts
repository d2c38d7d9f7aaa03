import type { HistoryEvent } from "../../gen/codec/temporal/api/history/v1/message.ts";
import { eventId } from "../event-id.ts";
import { type Answerers, findSliceEnd, INCOMPLETE, indexAfter } from "./slice.ts";

const NO_EVENTS: readonly HistoryEvent[] = [];
const FROM_START = new Uint8Array(0);

/** The history part of a workflow task. */
export interface HistorySource {
  readonly events: readonly HistoryEvent[];
  /** Empty when `events` is all there is. */
  readonly nextPageToken: Uint8Array;
  readonly startedEventId: number;
  /** True when the run already took in earlier events. */
  readonly cached: boolean;
}

/** What `take` found. */
export type Taken = "slice" | "over" | "needPage";

/**
 * Where a run stands in its history, and which page is missing.
 *
 * C1. A slice is given out only if the slice after it is buffered too, or no page is left: flags and markers of a task
 *     lie in the events that follow it.
 * C2. Events are appended by ascending id; what is there already is never appended twice.
 * C3. `[from, to)` is the slice taken last, `[to, peekEnd)` the one after it; both index `events`.
 */
export class HistoryCursor {
  events: readonly HistoryEvent[] = NO_EVENTS;
  from = 0;
  to = 0;
  peekEnd = 0;
  /** True when the slice taken last is the end of history. */
  isFinal = false;
  #token: Uint8Array | undefined;
  #tail: readonly HistoryEvent[] = NO_EVENTS;
  #lastId = 0;
  #startedEventId = 0;
  /** Where the slice after the current one ends, if that was found out already. */
  #knownEnd = INCOMPLETE;
  readonly #answerers: Answerers;

  constructor(answerers: Answerers) {
    this.#answerers = answerers;
  }

  /** Token of the missing page; empty for the first one; `undefined` when there is none. */
  get token(): Uint8Array | undefined {
    return this.#token;
  }

  get #haveLast(): boolean {
    return this.#token === undefined && this.#lastId >= this.#startedEventId;
  }

  /** Starts on the events of a workflow task. What is not there is asked for by `take`. */
  load(source: HistorySource): void {
    const { events, cached } = source;
    const first = events[0];
    const complete = first !== undefined && (cached || first.eventId <= 1n);
    this.#reset();
    this.#startedEventId = source.startedEventId;
    if (complete) {
      this.events = events;
      this.#lastId = eventId(events[events.length - 1]!.eventId);
      this.#token = source.nextPageToken.length === 0 ? undefined : source.nextPageToken;
    } else if (cached) {
      this.#lastId = source.startedEventId;
    } else {
      this.#tail = events;
      this.#token = FROM_START;
    }
  }

  /** Adds the page that `take` asked for. An empty token means that it was the last. False: events are missing. */
  addPage(page: readonly HistoryEvent[], nextPageToken: Uint8Array): boolean {
    this.#append(page);
    this.#token = nextPageToken.length === 0 ? undefined : nextPageToken;
    if (this.#token !== undefined) return true;
    this.#append(this.#tail);
    this.#tail = NO_EVENTS;
    return this.#haveLast;
  }

  /** True when history as loaded cannot reach the task's own start, and no page is left to fetch. */
  get isShort(): boolean {
    return this.#token === undefined && !this.#haveLast;
  }

  /** Takes the next slice of events with ids greater than `afterId`. */
  take(afterId: number): Taken {
    const start = indexAfter(this.events, this.to, afterId);
    let end = this.#knownEnd;
    if (end === INCOMPLETE || start !== this.to) end = this.#find(start);
    const haveLast = this.#haveLast;
    if (end === INCOMPLETE) {
      if (!haveLast) return "needPage";
      if (this.events.length - start <= 1) return "over";
      end = this.events.length - 1;
    }
    const next = this.#find(end + 1);
    if (next === INCOMPLETE && !haveLast) return "needPage";
    this.from = start;
    this.to = end + 1;
    this.#knownEnd = next;
    this.peekEnd = next === INCOMPLETE ? this.events.length : next + 1;
    this.isFinal = haveLast && this.to === this.events.length;
    return "slice";
  }

  /** Lets go of events that were taken, between tasks. */
  release(): void {
    if (this.to === this.events.length) {
      this.events = NO_EVENTS;
      this.from = 0;
      this.to = 0;
      this.peekEnd = 0;
    }
  }

  #find(from: number): number {
    const { events, to: namedFrom } = this;
    return findSliceEnd({ events, from, haveLast: this.#haveLast, answerers: this.#answerers, namedFrom });
  }

  #append(page: readonly HistoryEvent[]): void {
    const fresh = indexAfter(page, 0, this.#lastId);
    if (fresh === page.length) return;
    const added = fresh === 0 ? page : page.slice(fresh);
    this.events = this.to === this.events.length ? added : this.events.slice(this.to).concat(added);
    this.from = 0;
    this.to = 0;
    this.peekEnd = 0;
    this.#knownEnd = INCOMPLETE;
    this.#lastId = eventId(added[added.length - 1]!.eventId);
  }

  #reset(): void {
    this.events = NO_EVENTS;
    this.from = 0;
    this.to = 0;
    this.peekEnd = 0;
    this.isFinal = false;
    this.#token = undefined;
    this.#tail = NO_EVENTS;
    this.#lastId = 0;
    this.#knownEnd = INCOMPLETE;
  }
}
