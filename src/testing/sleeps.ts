// Invariants
// 1. After `end` no timer is left, and nobody waits.

/** The longest that a timer of the runtime can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Sleeps in real time, which can all be ended. */
export class Sleeps {
  readonly #wakes: Set<(reason: Error) => void> = new Set();
  #endedBy: Error | undefined;

  /** Waits; rejects with the reason given to `end`, or with the signal's. */
  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    const endMs = Date.now() + ms;
    for (let left = ms; left > 0 || left === ms; left = endMs - Date.now()) {
      await this.#once(Math.min(left, MAX_TIMER_MS), signal);
    }
  };

  /** Ends all sleeps, and those to come. */
  end(reason: Error): void {
    this.#endedBy = reason;
    for (const wake of this.#wakes) wake(reason);
  }

  #once(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#endedBy !== undefined) throw this.#endedBy;
      signal?.throwIfAborted();
      const over = (): void => {
        clearTimeout(timer);
        this.#wakes.delete(wake);
        signal?.removeEventListener("abort", leave);
      };
      const wake = (reason: Error): void => {
        over();
        reject(reason);
      };
      const leave = (): void => wake(signal?.reason);
      const timer = setTimeout(() => {
        over();
        resolve();
      }, ms);
      this.#wakes.add(wake);
      signal?.addEventListener("abort", leave);
    });
  }
}
