import type { Clock } from "../../src/worker/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  #nowMs = 1_000_000;
  #timers: Timer[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, ms: number): { clear(): void } {
    const timer = { atMs: this.#nowMs + ms, callback };
    this.#timers.push(timer);
    return {
      clear: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Milliseconds until each timer, soonest first. */
  get pending(): number[] {
    return this.#timers.map((timer) => timer.atMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Moves time on; what timers set off runs to rest before the next one. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await turn();
    for (;;) {
      const next = this.#timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      await turn();
    }
    this.#nowMs = endMs;
  }

  /** Time passes without any timer being served, as when the thread is blocked. */
  block(ms: number): void {
    this.#nowMs += ms;
  }
}

/** One turn of the event loop: every microtask that is ready has run after it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets the event loop turn until a condition holds; throws when it does not within many turns. */
export async function until(condition: () => boolean, what = "the condition"): Promise<void> {
  for (let turns = 0; turns < 200; turns += 1) {
    if (condition()) return;
    await turn();
  }
  throw new Error(`${what} did not come true`);
}
