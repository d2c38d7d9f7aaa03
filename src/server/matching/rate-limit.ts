/** A bucket that fills at a steady rate and holds one second's worth, at least one: what limits how fast tasks go out. */
export class RateLimit {
  #perSecond = Number.POSITIVE_INFINITY;
  #tokens = 0;
  #filledMs = 0;

  /** Tasks per second; Infinity: no limit. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Sets the rate. At 0 nothing goes out. */
  set(perSecond: number, nowMs: number): void {
    if (perSecond === this.#perSecond) return;
    const wasFree = this.#perSecond === Number.POSITIVE_INFINITY;
    this.#fill(nowMs);
    this.#perSecond = perSecond;
    this.#tokens = wasFree ? this.#most : Math.min(this.#tokens, this.#most);
  }

  /** Milliseconds until one task may go out; 0: now, Infinity: never at this rate. */
  waitMs(nowMs: number): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return 0;
    this.#fill(nowMs);
    if (this.#tokens >= 1) return 0;
    return Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }

  /** One task went out. */
  spend(): void {
    if (this.#perSecond !== Number.POSITIVE_INFINITY) this.#tokens -= 1;
  }

  get #most(): number {
    return this.#perSecond <= 0 ? 0 : Math.max(1, Math.ceil(this.#perSecond));
  }

  #fill(nowMs: number): void {
    if (this.#perSecond !== Number.POSITIVE_INFINITY) {
      const filled = this.#tokens + ((nowMs - this.#filledMs) / 1000) * this.#perSecond;
      this.#tokens = Math.min(this.#most, filled);
    }
    this.#filledMs = nowMs;
  }
}
