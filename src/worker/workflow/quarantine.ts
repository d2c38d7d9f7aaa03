// Invariants
// 1. One task at a time runs in quarantine: when its thread is lost, the culprit is known.
// 2. A run is a suspect from the moment it hung or was present at a death, until a task of it ends well.
import type { HeldTask } from "./run-queue.ts";

/** Runs remembered as suspects; the oldest are forgotten first. */
const MAX_SUSPECTS = 1000;

/** Who may have stopped or killed a thread, and whose turn it is to prove otherwise. */
export class Quarantine {
  readonly #suspects = new Set<string>();
  #waiting: HeldTask[] = [];
  #running: HeldTask | undefined;

  isSuspect(runId: string): boolean {
    return this.#suspects.has(runId);
  }

  suspect(runId: string): void {
    this.#suspects.delete(runId);
    this.#suspects.add(runId);
    if (this.#suspects.size <= MAX_SUSPECTS) return;
    for (const oldest of this.#suspects) {
      this.#suspects.delete(oldest);
      return;
    }
  }

  acquit(runId: string): void {
    this.#suspects.delete(runId);
  }

  /** Whether the task may run now; else it waits until `leave` names it. */
  enter(task: HeldTask): boolean {
    if (this.#running === undefined) {
      this.#running = task;
      return true;
    }
    if (this.#running !== task) this.#waiting.push(task);
    return this.#running === task;
  }

  /** The task has ended. Returns the one that may run next. */
  leave(task: HeldTask): HeldTask | undefined {
    if (this.#running !== task) {
      this.#waiting = this.#waiting.filter((other) => other !== task);
      return undefined;
    }
    this.#running = this.#waiting.shift();
    return this.#running;
  }

  /** The task that runs. */
  get running(): HeldTask | undefined {
    return this.#running;
  }
}
