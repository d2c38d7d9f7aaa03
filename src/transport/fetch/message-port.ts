import type { RpcAnswer, RpcPort } from "../../platform/rpc-port.ts";
import { requestTooLarge } from "./answer-error.ts";
import { type FetchAnswer, FetchExchange } from "./fetch-exchange.ts";
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
    unary: async (path, bytes, call) => {
      if (bytes.length > options.maxSendBytes)
        throw requestTooLarge(path, bytes.length, options.maxSendBytes);
      const answer = await exchange.send({
        call: path,
        url: options.baseUrl + path,
        method: "POST",
        headers: headers.of(call),
        body: protocol.body(path, bytes),
        timeoutMs: call.timeoutMs,
        signal: call.signal,
      });
      return protocol.read(path, answer);
    },
    close: async () => exchange.close(),
  };
}
