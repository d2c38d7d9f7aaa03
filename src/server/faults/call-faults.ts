// Invariants
// F1. While no fault is set, a call costs one comparison more; its bytes are never looked at.
import type { Metadata, RpcAnswer, RpcCallOptions, RpcPort } from "../../platform/rpc-port.ts";
import { type ServiceFailure, toRpcError } from "../rpc/service-failure.ts";
import { type Fault, FaultList } from "./fault-list.ts";

/** A call that a fault may strike. */
export interface StruckCall {
  /** Name of the method: `StartWorkflowExecution`. */
  readonly method: string;
  /** What the caller sent along. */
  readonly metadata: Metadata;
}

/** Calls that are answered with an error before anything is done. */
export interface Refusal {
  /** Names of methods, such as `StartWorkflowExecution`; undefined: all. */
  readonly methods: readonly string[] | undefined;
  /** Undefined: all calls of these methods. */
  readonly when: ((call: StruckCall) => boolean) | undefined;
  readonly failure: ServiceFailure;
}

const NO_METADATA: Metadata = Object.freeze({});

/** The port in front of the server's own, where calls are refused on purpose. */
export class CallFaults implements RpcPort {
  readonly #inner: RpcPort;
  readonly #refusals: FaultList<Refusal> = new FaultList(() => this.#arm());
  /** While set, the server is away. */
  #away: ServiceFailure | undefined;
  #armed = false;

  constructor(inner: RpcPort) {
    this.#inner = inner;
  }

  /** Refuses calls. */
  refuse(refusal: Refusal, times: number): Fault {
    return this.#refusals.add(refusal, times);
  }

  /** Answers every call with an error, or no longer does. */
  setAway(failure: ServiceFailure | undefined): void {
    this.#away = failure;
    this.#arm();
  }

  unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    return this.#armed ? this.#faulty(path, bytes, options) : this.#inner.unary(path, bytes, options);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #faulty(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    if (this.#away !== undefined) throw toRpcError(this.#away);
    const method = path.slice(path.lastIndexOf("/") + 1);
    const refusal = this.#refusals.strike(
      ({ methods, when }) =>
        (methods === undefined || methods.includes(method)) &&
        (when === undefined || when({ method, metadata: options.metadata ?? NO_METADATA })),
    );
    if (refusal !== undefined) throw toRpcError(refusal.failure);
    return await this.#inner.unary(path, bytes, options);
  }

  #arm(): void {
    this.#armed = this.#away !== undefined || this.#refusals.size > 0;
  }
}
