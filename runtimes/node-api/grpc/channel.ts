import {
  type GrpcChannelOptions,
  GrpcStatus,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
} from "../../../src/platform/rpc-port.ts";
import { Deadlines } from "../deadlines.ts";
import { Call, type CallContext } from "./call.ts";
import { type ChannelSettings, resolveChannelSettings } from "./channel-settings.ts";
import { HeaderCache } from "./headers.ts";
import { type PoolStats, SessionPool } from "./session-pool.ts";

/** gRPC over sockets, as Node, Bun and Deno have them. Connects at the first call. */
export class GrpcChannel implements RpcPort {
  readonly #settings: ChannelSettings;
  readonly #headers: HeaderCache;
  readonly #pool: SessionPool;
  readonly #deadlines = new Deadlines();
  readonly #context: CallContext;

  constructor(options: GrpcChannelOptions) {
    this.#settings = resolveChannelSettings(options);
    this.#headers = new HeaderCache(this.#settings);
    this.#pool = new SessionPool(this.#settings);
    const { maxReceiveBytes } = this.#settings;
    this.#context = { pool: this.#pool, deadlines: this.#deadlines, maxReceiveBytes };
  }

  /** What is open at the moment, for tests and logs. */
  get stats(): PoolStats {
    return this.#pool.stats;
  }

  unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    const { maxSendBytes } = this.#settings;
    return new Promise((resolve, reject) => {
      if (bytes.length > maxSendBytes) {
        const details = `${path}: request of ${bytes.length} bytes is larger than maxSendBytes, ${maxSendBytes}`;
        reject(new RpcError({ status: GrpcStatus.RESOURCE_EXHAUSTED, details, reason: "message-too-large" }));
        return;
      }
      const headers = this.#headers.get(path, options.metadata);
      const { timeoutMs, signal } = options;
      new Call({ path, headers, message: bytes, timeoutMs, signal, resolve, reject }, this.#context).begin();
    });
  }

  async close(): Promise<void> {
    await this.#pool.close();
    this.#deadlines.clear();
  }
}
