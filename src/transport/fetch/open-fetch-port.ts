import {
  GrpcStatus,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
} from "../../platform/rpc-port.ts";
import type { MessageRpcPort, RpcRequest } from "../message-rpc.ts";
import { connectPort } from "./connect.ts";
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
      return connectPort(options);
    case "connect-json":
      return new LazyPort(async () => (await import("./connect-json.ts")).connectJsonPort(options));
    case "http-json":
      return new LazyPort(async () => (await import("./http-json.ts")).httpJsonPort(options));
  }
}

/** A port whose code is loaded with its first call. */
class LazyPort implements MessageRpcPort {
  readonly #load: () => Promise<MessageRpcPort>;
  #loading: Promise<MessageRpcPort> | undefined;
  #port: MessageRpcPort | undefined;
  #closed = false;

  constructor(load: () => Promise<MessageRpcPort>) {
    this.#load = load;
  }

  unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    const port = this.#port;
    return port === undefined
      ? this.#loaded(path).then((loaded) => loaded.unary(path, bytes, options))
      : port.unary(path, bytes, options);
  }

  message(path: string, request: RpcRequest, options: RpcCallOptions): Promise<unknown> {
    const port = this.#port;
    return port === undefined
      ? this.#loaded(path).then((loaded) => loaded.message(path, request, options))
      : port.message(path, request, options);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#loading)?.close();
  }

  async #loaded(path: string): Promise<MessageRpcPort> {
    this.#loading ??= this.#load();
    const port = await this.#loading;
    if (this.#closed) {
      throw new RpcError({
        status: GrpcStatus.UNAVAILABLE,
        details: `${path}: the connection is closed`,
        reason: "closed",
      });
    }
    this.#port = port;
    return port;
  }
}
