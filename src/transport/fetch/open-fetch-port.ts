import { GrpcStatus, type RpcAnswer, RpcError, type RpcPort } from "../../platform/rpc-port.ts";
import { connectBinary, connectPort } from "./connect.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { grpcWebPort } from "./grpc-web.ts";

/** A protocol over `fetch`. */
export type FetchProtocol = "grpc-web" | "connect" | "connect-json" | "http-json";

/**
 * Opens a port over `fetch`. What speaks JSON brings the JSON form of every message: it is loaded with the first call.
 *
 * @example
 * ```ts
 * const port = openFetchPort("http-json", { baseUrl: "http://localhost:7243", fetch, maxSendBytes: 4194304, maxReceiveBytes: 134217728 });
 * ```
 */
export function openFetchPort(protocol: FetchProtocol, options: FetchChannelOptions): RpcPort {
  switch (protocol) {
    case "grpc-web":
      return grpcWebPort(options);
    case "connect":
      return connectPort(options, connectBinary);
    case "connect-json":
      return new LazyPort(async () => connectPort(options, (await import("./connect-json.ts")).connectJson));
    case "http-json":
      return new LazyPort(async () => (await import("./http-json.ts")).httpJsonPort(options));
  }
}

/** A port whose code is loaded with its first call. */
class LazyPort implements RpcPort {
  readonly #load: () => Promise<RpcPort>;
  #loading: Promise<RpcPort> | undefined;
  #port: RpcPort | undefined;
  #closed = false;

  constructor(load: () => Promise<RpcPort>) {
    this.#load = load;
  }

  unary(...call: Parameters<RpcPort["unary"]>): Promise<RpcAnswer> {
    return this.#port === undefined ? this.#first(call) : this.#port.unary(...call);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#loading)?.close();
  }

  async #first(call: Parameters<RpcPort["unary"]>): Promise<RpcAnswer> {
    this.#loading ??= this.#load();
    const port = await this.#loading;
    if (this.#closed) {
      throw new RpcError({
        status: GrpcStatus.UNAVAILABLE,
        details: `${call[0]}: the connection is closed`,
        reason: "closed",
      });
    }
    this.#port = port;
    return port.unary(...call);
  }
}
