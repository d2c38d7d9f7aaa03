/**
 * Many calls often share one signal, a worker's polls for example. One listener stands for all of them: runtimes warn
 * of a leak at the eleventh, and removing one of many takes time that grows with their number.
 *
 * L1: a signal has a listener of ours exactly while its set has members.
 */
const shared = new WeakMap<AbortSignal, Listeners>();

interface Listeners {
  readonly callbacks: Set<() => void>;
  readonly onAbort: () => void;
}

/**
 * Calls `callback` when `signal` is aborted, unless {@link offAbort} comes first. The signal must not be aborted yet.
 *
 * @example
 * ```ts
 * onAbort(signal, stop);
 * ```
 */
export function onAbort(signal: AbortSignal, callback: () => void): void {
  let listeners = shared.get(signal);
  if (listeners === undefined) {
    const callbacks = new Set<() => void>();
    const fire = (): void => {
      shared.delete(signal);
      for (const each of callbacks) each();
    };
    listeners = { callbacks, onAbort: fire };
    shared.set(signal, listeners);
    signal.addEventListener("abort", fire, { once: true });
  }
  listeners.callbacks.add(callback);
}

/**
 * Takes back {@link onAbort}.
 *
 * @example
 * ```ts
 * offAbort(signal, stop);
 * ```
 */
export function offAbort(signal: AbortSignal, callback: () => void): void {
  const listeners = shared.get(signal);
  if (!listeners?.callbacks.delete(callback) || listeners.callbacks.size > 0) return;
  shared.delete(signal);
  signal.removeEventListener("abort", listeners.onAbort);
}
