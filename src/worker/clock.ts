/** Time as the worker sees it. A port, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Calls back once after `ms`; with `unref` the timer does not keep the process alive. */
  setTimer(callback: () => void, ms: number, options?: { unref?: boolean }): { clear(): void };
}

/**
 * Waits, or ends early (without an error) when the signal is aborted.
 *
 * @example
 * ```ts
 * await sleepOn(clock, 200, signal);
 * if (signal.aborted) return;
 * ```
 */
export function sleepOn(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timer.clear();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.setTimer(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}
