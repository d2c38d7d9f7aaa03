/**
 * `EventTarget`, `Event`, `AbortSignal` and `AbortController` of the sandbox: the parts that code outside of browsers uses, all
 * synchronous, and the same on every runtime. `AbortSignal.timeout` is left out: it needs a real clock.
 */

type Listener = ((event: SandboxEvent) => void) | { handleEvent(event: SandboxEvent): void };

interface ListenerOptions {
  readonly once?: boolean;
  readonly signal?: SandboxAbortSignal;
}

class SandboxEvent {
  readonly type: string;
  readonly cancelable: boolean;
  target: unknown = null;
  currentTarget: unknown = null;
  defaultPrevented = false;
  /** Set by stopImmediatePropagation; read by the dispatcher. */
  stopped = false;
  constructor(type: string, init: { cancelable?: boolean } = {}) {
    this.type = String(type);
    this.cancelable = init.cancelable === true;
  }
  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true;
  }
  stopPropagation(): void {}
  stopImmediatePropagation(): void {
    this.stopped = true;
  }
}

class SandboxEventTarget {
  #listeners: { type: string; listener: Listener; once: boolean }[] = [];
  addEventListener(type: string, listener: Listener | null, options: ListenerOptions | boolean = {}): void {
    if (listener === null || listener === undefined) return;
    const { once = false, signal } = typeof options === "object" ? options : {};
    if (signal?.aborted === true) return;
    if (this.#listeners.some((entry) => entry.type === type && entry.listener === listener)) return;
    this.#listeners.push({ type, listener, once });
    signal?.addEventListener("abort", () => this.removeEventListener(type, listener), { once: true });
  }
  removeEventListener(type: string, listener: Listener | null): void {
    this.#listeners = this.#listeners.filter((entry) => entry.type !== type || entry.listener !== listener);
  }
  dispatchEvent(event: SandboxEvent): boolean {
    event.target = this;
    event.currentTarget = this;
    for (const entry of this.#listeners) {
      if (entry.type !== event.type || event.stopped) continue;
      if (entry.once) this.removeEventListener(entry.type, entry.listener);
      const { listener } = entry;
      if (typeof listener === "function") listener.call(this, event);
      else listener.handleEvent(event);
    }
    return !event.defaultPrevented;
  }
}

/** What `abort()` without a reason gives: an error named as the platform's own. */
function abortError(): Error {
  const error = new Error("This operation was aborted");
  Object.defineProperty(error, "name", { value: "AbortError", writable: true, configurable: true });
  Object.defineProperty(error, "code", { value: 20, writable: true, configurable: true });
  return error;
}

/** Hands out the two private operations of a signal, so that only controllers can abort. */
let makeSignal: () => SandboxAbortSignal;
let abortSignal: (signal: SandboxAbortSignal, reason: unknown) => void;
const key: object = {};

class SandboxAbortSignal extends SandboxEventTarget {
  #aborted = false;
  #reason: unknown;
  onabort: ((event: SandboxEvent) => void) | null = null;
  constructor(proof?: object) {
    if (proof !== key)
      throw new TypeError("Illegal constructor: use AbortController, AbortSignal.abort() or any()");
    super();
  }
  static {
    makeSignal = () => new SandboxAbortSignal(key);
    abortSignal = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason = reason === undefined ? abortError() : reason;
      const event = new SandboxEvent("abort");
      signal.onabort?.(event);
      signal.dispatchEvent(event);
    };
  }
  get aborted(): boolean {
    return this.#aborted;
  }
  get reason(): unknown {
    return this.#reason;
  }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }
  static abort(reason?: unknown): SandboxAbortSignal {
    const signal = makeSignal();
    abortSignal(signal, reason);
    return signal;
  }
  static any(signals: Iterable<SandboxAbortSignal>): SandboxAbortSignal {
    const result = makeSignal();
    for (const signal of signals) {
      if (signal.aborted) {
        abortSignal(result, signal.reason);
        return result;
      }
      signal.addEventListener("abort", () => abortSignal(result, signal.reason), { once: true });
    }
    return result;
  }
}

class SandboxAbortController {
  readonly #signal: SandboxAbortSignal = makeSignal();
  get signal(): SandboxAbortSignal {
    return this.#signal;
  }
  abort(reason?: unknown): void {
    abortSignal(this.#signal, reason);
  }
}

/** The four classes under their public names. */
export function abortClasses(): { readonly [name: string]: unknown } {
  const classes = {
    Event: SandboxEvent,
    EventTarget: SandboxEventTarget,
    AbortSignal: SandboxAbortSignal,
    AbortController: SandboxAbortController,
  };
  for (const [name, value] of Object.entries(classes)) {
    Object.defineProperty(value, "name", { value: name, configurable: true });
  }
  return classes;
}
