import type { Wall } from "./wall.ts";

/** The clock of the machine. It never goes back, also when the machine's does. */
export class SystemWall implements Wall {
  #last = 0;

  now(): number {
    this.#last = Math.max(this.#last, Date.now());
    return this.#last;
  }

  after(ms: number, fire: () => void): () => void {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  }
}
