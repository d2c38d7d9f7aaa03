import { MAX_TIMER_MS } from "../limits.ts";
import type { Wall } from "./wall.ts";

/** The clock of the machine. It never goes back, also when the machine's does. */
export class SystemWall implements Wall {
  #last = 0;

  now(): number {
    this.#last = Math.max(this.#last, Date.now());
    return this.#last;
  }

  after(ms: number, fire: () => void): () => void {
    const wait = (leftMs: number): ReturnType<typeof setTimeout> =>
      setTimeout(
        () => {
          if (leftMs <= MAX_TIMER_MS) fire();
          else timer = wait(leftMs - MAX_TIMER_MS);
        },
        Math.min(leftMs, MAX_TIMER_MS),
      );
    let timer = wait(ms);
    return () => clearTimeout(timer);
  }
}
