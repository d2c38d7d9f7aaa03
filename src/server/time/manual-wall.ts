import type { Wall } from "./wall.ts";

interface Wait {
  readonly atMs: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until it is told to go on: for tests.
 *
 * @example
 * ```ts
 * const wall = new ManualWall(0);
 * wall.after(10, () => console.log("later"));
 * wall.advance(10);
 * ```
 */
export class ManualWall implements Wall {
  #nowMs: number;
  /** In the order in which they were asked for. */
  readonly #waits: Set<Wait> = new Set();

  /** @param startMs milliseconds since the epoch */
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, fire: () => void): () => void {
    const wait = { atMs: this.#nowMs + ms, fire };
    this.#waits.add(wait);
    return () => this.#waits.delete(wait);
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waits.size;
  }

  /** One turn of the event loop: calls all that are due, but not those that they ask for. Gives how many there were. */
  turn(): number {
    const due = [...this.#waits].filter(({ atMs }) => atMs <= this.#nowMs).sort((a, b) => a.atMs - b.atMs);
    for (const wait of due) if (this.#waits.delete(wait)) wait.fire();
    return due.length;
  }

  /** Turns until nothing is due. */
  settle(): void {
    while (this.turn() > 0);
  }

  /** Lets time pass, moment by moment. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    this.settle();
    for (;;) {
      let nextMs = Number.POSITIVE_INFINITY;
      for (const { atMs } of this.#waits) nextMs = Math.min(nextMs, atMs);
      if (nextMs > endMs) break;
      this.#nowMs = nextMs;
      this.settle();
    }
    this.#nowMs = endMs;
  }
}
