import type { Metadata, RpcCallOptions } from "../../platform/rpc-port.ts";
import type { ServerCall } from "./call.ts";

const NO_METADATA: Metadata = Object.freeze({});

/**
 * A call that a handler works on. Signal and metadata are made when they are asked for: most calls are answered at once,
 * and signals are what would cost the most of them. They are joined by hand, as `AbortSignal.any` keeps a trace of each
 * call on the signal that outlives it.
 *
 * C1: a call is in `open` from the first use of its signal until its end.
 */
export class OpenCall implements ServerCall {
  readonly method: string;
  readonly timeoutMs: number | undefined;
  readonly #options: RpcCallOptions;
  readonly #open: Set<OpenCall>;
  #controller: AbortController | undefined;
  #caller: AbortSignal | undefined;
  #metadata: Metadata | undefined;

  constructor(method: string, options: RpcCallOptions, open: Set<OpenCall>) {
    this.method = method;
    this.timeoutMs = options.timeoutMs;
    this.#options = options;
    this.#open = open;
  }

  get signal(): AbortSignal {
    return (this.#controller ?? this.#arm()).signal;
  }

  get metadata(): Metadata {
    this.#metadata ??= this.#options.metadata ?? NO_METADATA;
    return this.#metadata;
  }

  /** Tells the handler that nobody waits any more. */
  abort(reason: unknown): void {
    this.#controller?.abort(reason);
  }

  /** The handler is done. */
  end(): void {
    if (this.#controller === undefined) return;
    this.#caller?.removeEventListener("abort", this.#onAbort);
    this.#open.delete(this);
  }

  #arm(): AbortController {
    const controller = new AbortController();
    this.#controller = controller;
    this.#open.add(this);
    this.#caller = this.#options.signal;
    if (this.#caller?.aborted) this.#onAbort();
    else this.#caller?.addEventListener("abort", this.#onAbort);
    return controller;
  }

  readonly #onAbort = (): void => this.abort(this.#caller?.reason);
}
