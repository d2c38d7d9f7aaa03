import { Bag, type BagMember } from "./bag.ts";

/**
 * Many calls often share one signal, a worker's polls for example. One listener stands for all of them: runtimes warn
 * of a leak at the eleventh, and removing one of many takes time that grows with their number.
 *
 * L1: a signal has a listener of ours exactly while its set has members.
 */
const shared = new WeakMap<AbortSignal, Listeners>();

interface Listeners {
  readonly members: Bag<AbortListener>;
  readonly onAbort: () => void;
}

/** Who waits for an abort. */
export interface AbortListener extends BagMember {
  readonly callback: () => void;
}

/**
 * Calls `callback` when `signal` is aborted, unless {@link offAbort} comes first. The signal must not be aborted yet.
 *
 * @example
 * ```ts
 * const listener = onAbort(signal, stop);
 * ```
 */
export function onAbort(signal: AbortSignal, callback: () => void): AbortListener {
  let listeners = shared.get(signal);
  if (listeners === undefined) {
    const members = new Bag<AbortListener>();
    const fire = (): void => {
      shared.delete(signal);
      // One that another's callback has taken back is not called any more.
      for (const each of members.members()) if (members.remove(each)) each.callback();
    };
    listeners = { members, onAbort: fire };
    shared.set(signal, listeners);
    signal.addEventListener("abort", fire, { once: true });
  }
  const listener = { callback, bagIndex: -1 };
  listeners.members.add(listener);
  return listener;
}

/**
 * Takes back {@link onAbort}.
 *
 * @example
 * ```ts
 * offAbort(signal, listener);
 * ```
 */
export function offAbort(signal: AbortSignal, listener: AbortListener): void {
  const listeners = shared.get(signal);
  if (!listeners?.members.remove(listener) || listeners.members.size > 0) return;
  shared.delete(signal);
  signal.removeEventListener("abort", listeners.onAbort);
}
