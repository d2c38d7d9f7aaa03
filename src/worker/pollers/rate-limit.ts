import { type Clock, sleepOn } from "../clock.ts";

/** Spaces starts evenly: at most `perSecond` a second, the first at once. */
export class RateLimit {
  readonly #spacingMs: number;
  readonly #clock: Clock;
  #nextMs = 0;

  constructor(perSecond: number, clock: Clock) {
    this.#spacingMs = 1000 / perSecond;
    this.#clock = clock;
  }

  /** Waits for the next start; ends early when the signal is aborted. */
  async take(signal: AbortSignal): Promise<void> {
    const now = this.#clock.nowMs();
    const startMs = Math.max(now, this.#nextMs);
    this.#nextMs = startMs + this.#spacingMs;
    if (startMs > now) await sleepOn(this.#clock, startMs - now, signal);
  }
}
