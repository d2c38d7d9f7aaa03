import type { WaitingTask } from "./matching.ts";

/** Priorities go from 1 to this. */
export const PRIORITIES = 5;
const DEFAULT_PRIORITY = 3;

interface Kept {
  readonly task: WaitingTask<unknown>;
  /** By the wall, also where the tree of the task is far ahead. */
  readonly sinceMs: number;
}

/** The tasks of a queue that no worker has taken yet. Of a smaller priority number first; of one, first come, first served. */
export class Backlog {
  readonly #byPriority: (Fifo | undefined)[] = new Array<undefined>(PRIORITIES).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(task: WaitingTask<unknown>, nowMs: number): void {
    const level = Math.min(task.priority > 0 ? task.priority : DEFAULT_PRIORITY, PRIORITIES) - 1;
    let fifo = this.#byPriority[level];
    if (fifo === undefined) {
      fifo = new Fifo();
      this.#byPriority[level] = fifo;
    }
    fifo.push({ task, sinceMs: nowMs });
    this.#size += 1;
  }

  /** The task that comes next. */
  shift(): WaitingTask<unknown> | undefined {
    for (const fifo of this.#byPriority) {
      const kept = fifo?.shift();
      if (kept === undefined) continue;
      this.#size -= 1;
      return kept.task;
    }
    return undefined;
  }

  /** All tasks, in the order in which they would have gone. */
  takeAll(): WaitingTask<unknown>[] {
    const tasks: WaitingTask<unknown>[] = [];
    for (let task = this.shift(); task !== undefined; task = this.shift()) tasks.push(task);
    return tasks;
  }

  /** How many tasks of a priority wait. */
  sizeOf(priority: number): number {
    return this.#byPriority[priority - 1]?.length ?? 0;
  }

  /** How long the oldest task has waited, in milliseconds; 0 without tasks. */
  ageMs(nowMs: number): number {
    let oldestMs = nowMs;
    for (const fifo of this.#byPriority) oldestMs = Math.min(oldestMs, fifo?.first?.sinceMs ?? nowMs);
    return nowMs - oldestMs;
  }
}

/** A queue that costs the same whatever its length. */
class Fifo {
  #items: (Kept | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): Kept | undefined {
    return this.#items[this.#head];
  }

  push(kept: Kept): void {
    this.#items.push(kept);
  }

  shift(): Kept | undefined {
    const kept = this.#items[this.#head];
    if (kept === undefined) return undefined;
    // What was handed out is not to be kept alive by its place.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return kept;
  }
}
