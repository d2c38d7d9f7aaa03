// Invariants
// D1. Changes arrive in the order in which they were made, each `delayMs` after it was.
import type { Wall } from "../time/wall.ts";
import type { VisibilityRow, VisibilitySink } from "./visibility.ts";

/** Visibility that lags behind, as production's does: for tests that must not rely on a list that is up to date. */
export class DelayedVisibility implements VisibilitySink {
  readonly #sink: VisibilitySink;
  readonly #wall: Wall;
  readonly #waiting: { readonly dueMs: number; readonly apply: () => void }[] = [];
  #cancel: (() => void) | undefined;
  /** Milliseconds between a change and its arrival. May be changed; changes that wait keep their time. */
  delayMs: number;

  constructor(sink: VisibilitySink, wall: Wall, delayMs: number) {
    this.#sink = sink;
    this.#wall = wall;
    this.delayMs = delayMs;
  }

  put(row: VisibilityRow): void {
    this.#later(() => this.#sink.put(row));
  }

  remove(namespace: string, runId: string): void {
    this.#later(() => this.#sink.remove(namespace, runId));
  }

  /** Applies all that waits, and lets go of the timer. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const { apply } of this.#waiting.splice(0)) apply();
  }

  #later(apply: () => void): void {
    if (this.delayMs <= 0 && this.#waiting.length === 0) {
      apply();
      return;
    }
    const previous = this.#waiting.at(-1)?.dueMs ?? 0;
    this.#waiting.push({ dueMs: Math.max(previous, this.#wall.now() + this.delayMs), apply });
    if (this.#cancel === undefined) this.#arm();
  }

  #arm(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#cancel = this.#wall.after(Math.max(0, next.dueMs - this.#wall.now()), () => {
      this.#cancel = undefined;
      this.#applyDue();
      this.#arm();
    });
  }

  #applyDue(): void {
    const now = this.#wall.now();
    for (let [next] = this.#waiting; next !== undefined && next.dueMs <= now; [next] = this.#waiting) {
      this.#waiting.shift();
      next.apply();
    }
  }
}
