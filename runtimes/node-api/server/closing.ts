/**
 * Whether a listener closes, for all who have to know. Unlike an AbortSignal it may have any number of listeners without a
 * warning about a leak.
 */
export class Closing {
  readonly #waiting = new Set<() => void>();
  #begun = false;

  get begun(): boolean {
    return this.#begun;
  }

  /** Calls `closes` when it begins; until the result is called. */
  on(closes: () => void): () => void {
    this.#waiting.add(closes);
    return () => void this.#waiting.delete(closes);
  }

  begin(): void {
    this.#begun = true;
    for (const closes of [...this.#waiting]) closes();
  }
}
