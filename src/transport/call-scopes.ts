import { ValueError } from "../common/errors.ts";
import { showValue } from "../common/type-guards.ts";
import type { AsyncLocal } from "../platform/platform.ts";
import type { Metadata } from "../platform/rpc-port.ts";
import { type Deadline, toEpochMs } from "./deadline.ts";
import { normalizeMetadata } from "./metadata.ts";

/** What is in force for all calls made inside of a scope. */
export interface CallScope {
  readonly deadline?: number | undefined;
  readonly metadata?: Metadata | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options for all calls made inside of a function, however deep. Needs AsyncLocalStorage; where a runtime has none,
 * these methods throw, and the same options are given to each call instead.
 */
export class CallScopes {
  readonly #local: AsyncLocal<CallScope>;

  constructor(local: AsyncLocal<CallScope>) {
    this.#local = local;
  }

  /**
   * Sets a deadline for the calls made in `fn`, in place of that of an outer scope. Calls then fail with
   * DEADLINE_EXCEEDED; see {@link isGrpcDeadlineError}.
   *
   * @example
   * ```ts
   * await connection.withDeadline(Date.now() + 5_000, () => client.workflow.getHandle("order-1").describe());
   * ```
   */
  async withDeadline<R>(deadline: Deadline, fn: () => Promise<R>): Promise<R> {
    return this.#run({ deadline: toEpochMs(deadline) }, fn);
  }

  /**
   * Cancels the calls made in `fn` when `abortSignal` is aborted; signals of outer scopes stay in force. Calls then
   * fail with CANCELLED; see {@link isGrpcCancelledError}.
   *
   * @example
   * ```ts
   * await connection.withAbortSignal(AbortSignal.timeout(5_000), () => handle.result());
   * ```
   */
  async withAbortSignal<R>(abortSignal: AbortSignal, fn: () => Promise<R>): Promise<R> {
    return this.#run({ signal: anySignal(this.scope()?.signal, abortSignal) }, fn);
  }

  /**
   * Adds metadata to the calls made in `fn`; its keys win over those of outer scopes and of the connection.
   *
   * @example
   * ```ts
   * await connection.withMetadata({ "x-team": "billing" }, () => client.workflow.start(order, options));
   * ```
   */
  async withMetadata<R>(metadata: Metadata, fn: () => Promise<R>): Promise<R> {
    const own = normalizeMetadata(metadata, "metadata");
    return this.#run({ metadata: { ...this.scope()?.metadata, ...own } }, fn);
  }

  /**
   * Uses another API key for the calls made in `fn`.
   *
   * @example
   * ```ts
   * await connection.withApiKey(key, () => client.workflow.start(order, options));
   * ```
   */
  async withApiKey<R>(apiKey: string, fn: () => Promise<R>): Promise<R> {
    return this.withMetadata({ authorization: `Bearer ${apiKey}` }, fn);
  }

  /** What is in force here. */
  protected scope(): CallScope | undefined {
    return this.#local.get();
  }

  #run<R>(change: CallScope, fn: () => Promise<R>): Promise<R> {
    return this.#local.run({ ...this.#local.get(), ...change }, fn);
  }
}

/**
 * A signal that is aborted with the first of two.
 *
 * @throws {ValueError} when the second, which users give, is no signal
 *
 * @example
 * ```ts
 * anySignal(scopeSignal, options.abortSignal);
 * ```
 */
export function anySignal(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  if (b !== undefined && typeof b?.addEventListener !== "function") {
    throw new ValueError(`abortSignal is ${showValue(b)}; it must be an AbortSignal`);
  }
  if (a === undefined || a === b) return b;
  return b === undefined ? a : AbortSignal.any([a, b]);
}
