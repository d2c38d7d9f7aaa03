import type { RpcAnswer, RpcPort } from "../../platform/rpc-port.ts";
import { requestTooLarge } from "./answer-error.ts";
import { type FetchAnswer, FetchExchange, type FetchRequest } from "./fetch-exchange.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { type HeaderRules, RequestHeaders } from "./headers.ts";

/** A protocol that posts one message to the path of its method and reads one answer. */
export interface MessageProtocol {
  readonly headers: HeaderRules;
  readonly body: (path: string, message: Uint8Array) => Uint8Array;
  readonly read: (path: string, answer: FetchAnswer) => RpcAnswer;
}

/** Calls by such a protocol. */
export function messagePort(options: FetchChannelOptions, protocol: MessageProtocol): RpcPort {
  const exchange = new FetchExchange(options);
  const headers = new RequestHeaders(protocol.headers);
  return {
    unary: (path, bytes, call) => {
      const read = (answer: FetchAnswer): RpcAnswer => protocol.read(path, answer);
      try {
        if (bytes.length > options.maxSendBytes)
          throw requestTooLarge(path, bytes.length, options.maxSendBytes);
        const { timeoutMs, signal } = call;
        const request: FetchRequest = {
          call: path,
          url: options.baseUrl + path,
          method: "POST",
          headers: headers.of(call),
          body: protocol.body(path, bytes),
          timeoutMs,
          signal,
        };
        return exchange.send(request, read);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    close: async () => exchange.close(),
  };
}
