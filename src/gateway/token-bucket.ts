/** So many at once, and so many more each second. */
export class TokenBucket {
  #perSecond: number;
  #most: number;
  #tokens: number;
  #at: number;

  /** @param most at once; at least one, or nothing would ever be let through */
  constructor(perSecond: number, most: number, now: number) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, most);
    this.#tokens = this.#most;
    this.#at = now;
  }

  /** Holds to other numbers from now on. What was taken stays taken. */
  adjust(perSecond: number, most: number, now: number): void {
    this.has(now);
    this.#perSecond = perSecond;
    this.#most = Math.max(1, most);
    this.#tokens = Math.min(this.#most, this.#tokens);
  }

  /** Whether there is a token; it is not taken yet. */
  has(now: number): boolean {
    const passedMs = now - this.#at;
    this.#at = now;
    if (this.#perSecond === Number.POSITIVE_INFINITY) return true;
    this.#tokens = Math.min(this.#most, this.#tokens + (passedMs / 1000) * this.#perSecond);
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens = Math.max(0, this.#tokens - 1);
  }
}
