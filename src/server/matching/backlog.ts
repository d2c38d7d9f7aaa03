import type { WaitingTask } from "./matching.ts";

/** Priorities go from 1 to this. */
export const PRIORITIES = 5;
const DEFAULT_PRIORITY = 3;
/** Rates are those of the last half minute. */
const RATE_WINDOW_MS = 30_000;

/** The tasks of a queue that no worker has taken yet. */
export class Backlog {
  readonly #byPriority: Fifo[] = Array.from({ length: PRIORITIES }, () => new Fifo());
  readonly #added: RateMeter = new RateMeter();
  readonly #dispatched: RateMeter = new RateMeter();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(task: WaitingTask<unknown>): void {
    const known = task.priority >= 1 && task.priority <= PRIORITIES;
    this.#byPriority[(known ? task.priority : DEFAULT_PRIORITY) - 1]?.push(task);
    this.#size += 1;
  }

  /** The task that comes next. */
  shift(): WaitingTask<unknown> | undefined {
    for (const fifo of this.#byPriority) {
      const task = fifo.shift();
      if (task === undefined) continue;
      this.#size -= 1;
      return task;
    }
    return undefined;
  }

  /** How many tasks of a priority wait. */
  sizeOf(priority: number): number {
    return this.#byPriority[priority - 1]?.length ?? 0;
  }

  /** How long the oldest task has waited, in milliseconds. */
  ageMs(nowMs: number): number {
    let oldest = nowMs;
    for (const fifo of this.#byPriority) oldest = Math.min(oldest, fifo.first?.addedMs ?? nowMs);
    return nowMs - oldest;
  }

  count(nowMs: number): void {
    this.#added.count(nowMs);
  }

  countDispatch(nowMs: number): void {
    this.#dispatched.count(nowMs);
  }

  addRate(nowMs: number): number {
    return this.#added.rate(nowMs);
  }

  dispatchRate(nowMs: number): number {
    return this.#dispatched.rate(nowMs);
  }
}

/** A queue that costs the same whatever its length. */
class Fifo {
  #items: WaitingTask<unknown>[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): WaitingTask<unknown> | undefined {
    return this.#items[this.#head];
  }

  push(task: WaitingTask<unknown>): void {
    this.#items.push(task);
  }

  shift(): WaitingTask<unknown> | undefined {
    const task = this.#items[this.#head];
    if (task === undefined) return undefined;
    this.#head += 1;
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return task;
  }
}

/** Counts per second over a window, second by second. */
class RateMeter {
  readonly #counts: Map<number, number> = new Map();

  count(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1);
    if (this.#counts.size > RATE_WINDOW_MS / 500) this.#forget(nowMs);
  }

  rate(nowMs: number): number {
    this.#forget(nowMs);
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total / (RATE_WINDOW_MS / 1000);
  }

  #forget(nowMs: number): void {
    const oldest = Math.floor((nowMs - RATE_WINDOW_MS) / 1000);
    for (const second of this.#counts.keys()) if (second < oldest) this.#counts.delete(second);
  }
}
