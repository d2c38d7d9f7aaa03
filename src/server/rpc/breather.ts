// Invariants
// B1. Calls go on in the order in which they came: while one waits, those that come later wait behind it.
// B2. A pause ends in a macrotask of its own, before which all that had become due in the event loop has had its turn.

/** So long calls may follow each other before the event loop has its turn, in milliseconds. */
const HOLD_MS = 10;
/** The real one, also for calls that are made while somebody's test has put a false one in its place. */
const { setTimeout } = globalThis;

/**
 * Lets the event loop turn while calls follow each other without end: a client in the same process that reads a long history
 * page by page would hold up everything else otherwise, as its calls are answered in microtasks.
 *
 * @example
 * ```ts
 * const pause = breather.pause();
 * if (pause) await pause;
 * ```
 */
export class Breather {
  /** When the first call of this turn of the event loop came. */
  #sinceMs: number | undefined;
  #waiting: (() => void)[] = [];

  /** Something to wait for before a call is worked on; undefined: nothing, as for most calls. */
  pause(): Promise<void> | undefined {
    const nowMs = performance.now();
    if (this.#sinceMs === undefined) {
      this.#sinceMs = nowMs;
      setTimeout(this.#turned, 0);
      return undefined;
    }
    if (this.#waiting.length === 0 && nowMs - this.#sinceMs < HOLD_MS) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  readonly #turned = (): void => {
    this.#sinceMs = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  };
}
