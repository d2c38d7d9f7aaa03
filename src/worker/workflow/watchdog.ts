// Invariants
// 1. A thread counts as stuck only when its progress word showed the same odd value for the whole time allowed.
// 2. Time during which this thread itself was blocked does not count: a late look starts the measurement anew.
import type { Clock } from "../clock.ts";

/** What watching one thread takes. */
export interface WatchdogOptions {
  /** Word 0: activation count, odd while one runs. */
  readonly progress: Int32Array;
  /** Milliseconds one activation may take; asked at each look. */
  readonly timeoutMs: () => number;
  readonly clock: Clock;
  readonly onStuck: () => void;
}

/** By how much a look may be late without this thread counting as blocked. */
const LATE_MS = 1000;

/** Notices when one activation of a workflow thread takes too long. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #timer: { clear(): void } | undefined;
  #lastWord = 0;
  #sinceMs = 0;
  #lookedMs = 0;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** Looks at regular times until `stop`. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#lastWord = 0;
    this.#lookedMs = this.#options.clock.nowMs();
    this.#schedule();
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #schedule(): void {
    const intervalMs = Math.max(50, Math.min(250, this.#options.timeoutMs() / 5));
    this.#timer = this.#options.clock.setTimer(() => this.#look(intervalMs), intervalMs, { unref: true });
  }

  #look(intervalMs: number): void {
    const { progress, timeoutMs, clock, onStuck } = this.#options;
    const now = clock.nowMs();
    const word = Atomics.load(progress, 0);
    const late = now - this.#lookedMs > intervalMs + LATE_MS;
    this.#lookedMs = now;
    if (word !== this.#lastWord || late) {
      this.#lastWord = word;
      this.#sinceMs = now;
    } else if (word % 2 !== 0 && now - this.#sinceMs >= timeoutMs()) {
      this.#timer = undefined;
      onStuck();
      return;
    }
    this.#schedule();
  }
}
