import type { Wall } from "./wall.ts";

/** How far the two clocks of the machine may be apart before the one that tells the date counts again. */
const DRIFT_MS = 5;

/** The clock of the machine, finer than a millisecond where it can be. It never goes back, also when the machine's does. */
export class SystemWall implements Wall {
  #originMs = Date.now() - performance.now();
  #lastMs = 0;

  now(): number {
    const dateMs = Date.now();
    const sinceMs = performance.now();
    if (Math.abs(this.#originMs + sinceMs - dateMs) > DRIFT_MS) this.#originMs = dateMs - sinceMs;
    this.#lastMs = Math.max(this.#lastMs, this.#originMs + sinceMs);
    return this.#lastMs;
  }

  after(ms: number, fire: () => void): () => void {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  }
}
