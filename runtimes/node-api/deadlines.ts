import { clearTimeout, setTimeout } from "node:timers";
import { Bag } from "../../src/platform/bag.ts";
import type { DeadlineWatch, Expiring } from "../../src/platform/deadlines.ts";

const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The deadlines of many calls on one timer: nearly all calls end long before theirs, and a timer for each would cost more than the
 * rest of their bookkeeping.
 *
 * T1: while anything is watched, a timer is set for the earliest deadline or before it. Ending a call does not touch the timer: it
 *     may fire for nothing, and is then set anew.
 * T2: the timer never holds the process open; what a call waits for does.
 */
export class Deadlines implements DeadlineWatch {
  readonly #watched = new Bag<Expiring>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  add(expiring: Expiring): void {
    this.#watched.add(expiring);
    if (expiring.deadline < this.#firesAt) this.#set(expiring.deadline);
  }

  remove(expiring: Expiring): void {
    this.#watched.remove(expiring);
  }

  /** Watches nothing any more. */
  clear(): void {
    for (const expiring of this.#watched.members()) this.#watched.remove(expiring);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #set(deadline: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = deadline;
    const waitMs = Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil(deadline - performance.now())));
    this.#timer = setTimeout(this.#onTimer, waitMs).unref();
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let earliest = Number.POSITIVE_INFINITY;
    // What is added while this runs sets the timer by itself; what another's end has taken out is not told.
    for (const expiring of this.#watched.members()) {
      // Timers count in whole milliseconds, and may be a part of one early.
      if (expiring.deadline <= now + 0.5) {
        if (this.#watched.remove(expiring)) expiring.expire();
      } else if (expiring.deadline < earliest) {
        earliest = expiring.deadline;
      }
    }
    if (earliest < this.#firesAt) this.#set(earliest);
  };
}
