/** Rates are those of the last half minute. */
const WINDOW_SECONDS = 30;

/** Counts per second over the last half minute, or since it began to count when that is less. */
export class RateMeter {
  /** One count for each second of the window, in a ring. */
  readonly #counts: Uint32Array = new Uint32Array(WINDOW_SECONDS);
  readonly #sinceMs: number;
  #lastSecond = 0;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  count(nowMs: number): void {
    const second = this.#moveTo(nowMs);
    const place = second % WINDOW_SECONDS;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }

  rate(nowMs: number): number {
    this.#moveTo(nowMs);
    let total = 0;
    for (const count of this.#counts) total += count;
    const seconds = Math.max(1, nowMs - this.#sinceMs) / 1000;
    return total / Math.min(WINDOW_SECONDS, seconds);
  }

  /** Clears the seconds in which nothing was counted. */
  #moveTo(nowMs: number): number {
    const second = Math.max(this.#lastSecond, Math.floor(nowMs / 1000));
    const from = Math.max(this.#lastSecond, second - WINDOW_SECONDS);
    for (let passed = from + 1; passed <= second; passed += 1) this.#counts[passed % WINDOW_SECONDS] = 0;
    this.#lastSecond = second;
    return second;
  }
}
