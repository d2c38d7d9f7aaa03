// Invariants
// 1. A run has at most one task in its thread (`current`).
// 2. Of full tasks that wait, only the newest is kept; queries that were waiting for the replaced one go with it.
// 3. Queries that came before the waiting full task go before it, later ones after it.
import type { SlotPermit } from "../slots/supplier.ts";
import type { PeekedTask } from "./peek.ts";

/** A workflow task on the main thread, from its arrival to its answer. */
export interface HeldTask {
  readonly taskId: number;
  readonly peeked: PeekedTask;
  /** Kept until it is answered: after the death of a thread the task is delivered again. */
  readonly bytes: Uint8Array;
  readonly permit: SlotPermit;
  /** Milliseconds since the epoch. */
  readonly arrivedMs: number;
  /** Runs while the task waits for local activities: it must be answered before the server gives it up. */
  heartbeat: { clear(): void } | undefined;
  /** Activity slots granted to the answer. */
  eagerPermits: SlotPermit[];
  /** Its entries are timed, since it may loop. */
  timed: boolean;
  /** It hung, and runs once more so that its stack can be told. */
  secondLook: boolean;
  /** The thread has answered; the answer is on its way to the server. */
  answering: boolean;
}

/** The tasks of one run, and the thread that it belongs to. */
export class RunQueue {
  readonly runId: string;
  thread: number;
  /** Whether the thread holds state of this run. */
  cached = false;
  current: HeldTask | undefined;
  #next: HeldTask | undefined;
  #before: HeldTask[] = [];
  #after: HeldTask[] = [];

  constructor(runId: string, thread: number) {
    this.runId = runId;
    this.thread = thread;
  }

  /** Nothing runs, nothing waits, nothing is kept: the queue can be forgotten. */
  get idle(): boolean {
    return (
      this.current === undefined && !this.cached && this.#next === undefined && this.#before.length === 0
    );
  }

  /** Puts a task behind the current one. Returns tasks that it makes obsolete. */
  wait(task: HeldTask): readonly HeldTask[] {
    if (task.peeked.queryOnly) {
      (this.#next === undefined ? this.#before : this.#after).push(task);
      return [];
    }
    const obsolete = this.#next === undefined ? [] : [this.#next, ...this.#after];
    this.#next = task;
    this.#after = [];
    return obsolete;
  }

  /** The task to run when the current one is done. */
  takeNext(): HeldTask | undefined {
    const query = this.#before.shift();
    if (query !== undefined) return query;
    const next = this.#next;
    this.#next = undefined;
    this.#before = this.#after;
    this.#after = [];
    return next;
  }
}
