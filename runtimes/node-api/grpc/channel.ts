import {
  type GrpcChannelOptions,
  GrpcStatus,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
} from "../../../src/platform/rpc-port.ts";
import { Call } from "./call.ts";
import { type ChannelDefaults, type ChannelSettings, resolveChannelSettings } from "./channel-settings.ts";
import { encodeFrame } from "./framing.ts";
import { baseHeaders, HeaderCache } from "./headers.ts";
import { type PoolStats, SessionPool } from "./session-pool.ts";

/** gRPC over `node:http2`, as Node, Bun and Deno have it. Connects at the first call. */
export class GrpcChannel implements RpcPort {
  readonly #settings: ChannelSettings;
  readonly #headers: HeaderCache;
  readonly #pool: SessionPool;

  constructor(options: GrpcChannelOptions, defaults: ChannelDefaults) {
    this.#settings = resolveChannelSettings(options, defaults);
    this.#headers = new HeaderCache(baseHeaders(this.#settings));
    this.#pool = new SessionPool(this.#settings);
  }

  /** What is open at the moment, for tests and logs. */
  get stats(): PoolStats {
    return this.#pool.stats;
  }

  unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    const { maxSendBytes, maxReceiveBytes } = this.#settings;
    return new Promise((resolve, reject) => {
      if (bytes.length > maxSendBytes) {
        const details = `${path}: request of ${bytes.length} bytes is larger than maxSendBytes, ${maxSendBytes}`;
        reject(new RpcError({ status: GrpcStatus.RESOURCE_EXHAUSTED, details, reason: "message-too-large" }));
        return;
      }
      const request = {
        path,
        headers: this.#headers.get(path, options.metadata),
        body: encodeFrame(bytes),
        timeoutMs: options.timeoutMs,
        signal: options.signal,
        maxReceiveBytes,
      };
      new Call(request, this.#pool, { resolve, reject }).begin();
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
