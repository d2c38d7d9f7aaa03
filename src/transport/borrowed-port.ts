import { offAbort, onAbort } from "../platform/abort-listeners.ts";
import {
  GrpcStatus,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
} from "../platform/rpc-port.ts";

/**
 * A port that belongs to somebody else, an embedded server for example: closing it ends the calls made through it and leaves the
 * port itself as it is.
 *
 * B1: a call is in `#open` from its beginning to its end.
 */
export class BorrowedPort implements RpcPort {
  readonly #port: RpcPort;
  readonly #open: Set<AbortController> = new Set();
  #closed = false;

  constructor(port: RpcPort) {
    this.#port = port;
  }

  async unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    if (this.#closed) throw closed(path);
    const { signal } = options;
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    const listener = signal === undefined || signal.aborted ? undefined : onAbort(signal, abort);
    this.#open.add(controller);
    try {
      return await this.#port.unary(path, bytes, { ...options, signal: controller.signal });
    } catch (error) {
      throw this.#closed && !signal?.aborted ? closed(path) : error;
    } finally {
      this.#open.delete(controller);
      if (signal !== undefined && listener !== undefined) offAbort(signal, listener);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const controller of this.#open) controller.abort();
  }
}

function closed(path: string): RpcError {
  return new RpcError({
    status: GrpcStatus.UNAVAILABLE,
    details: `${path}: the connection is closed`,
    reason: "closed",
  });
}
