import type { RpcAnswer, RpcCallOptions, RpcPort } from "../../platform/rpc-port.ts";
import type { RpcRequest } from "../message-rpc.ts";
import { requestTooLarge } from "./answer-error.ts";
import { type FetchAnswer, FetchExchange } from "./fetch-exchange.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { type HeaderRules, RequestHeaders } from "./headers.ts";

/** A protocol that posts one message to the path of its method and reads one answer. */
export interface PostProtocol {
  readonly headers: HeaderRules;
  readonly body: (path: string, request: RpcRequest) => Uint8Array | string;
  readonly read: (path: string, answer: FetchAnswer) => RpcAnswer;
}

/** A request and what is said about its call. */
export interface Post {
  readonly request: RpcRequest;
  readonly call: RpcCallOptions;
}

/** Calls by such a protocol. */
export class PostPort implements RpcPort {
  readonly #options: FetchChannelOptions;
  readonly #protocol: PostProtocol;
  readonly #exchange: FetchExchange;
  readonly #headers: RequestHeaders;

  constructor(options: FetchChannelOptions, protocol: PostProtocol) {
    this.#options = options;
    this.#protocol = protocol;
    this.#exchange = new FetchExchange(options);
    this.#headers = new RequestHeaders(protocol.headers);
  }

  unary(path: string, bytes: Uint8Array, call: RpcCallOptions): Promise<RpcAnswer> {
    return this.post(path, { request: { bytes }, call }, this.#protocol.read);
  }

  /** As `unary`, but gives what `read` makes of the answer. */
  post<T>(path: string, { request, call }: Post, read: (path: string, answer: FetchAnswer) => T): Promise<T> {
    try {
      const { baseUrl, maxSendBytes } = this.#options;
      const { length } = request.bytes;
      if (length > maxSendBytes) throw requestTooLarge(path, length, maxSendBytes);
      const { timeoutMs, signal } = call;
      const url = baseUrl + path;
      const headers = this.#headers.of(call);
      const body = this.#protocol.body(path, request);
      return this.#exchange.send({ call: path, url, method: "POST", headers, body, timeoutMs, signal }, read);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async close(): Promise<void> {
    this.#exchange.close();
  }
}
