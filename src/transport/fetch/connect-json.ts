import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";
import type { MessageRpcPort, RpcRequest } from "../message-rpc.ts";
import { checkConnectAnswer, connectAnswer, connectHeaders } from "./connect.ts";
import type { FetchAnswer } from "./fetch-exchange.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { type JsonRpc, jsonRpc, requestJson, responseBytes, responseOf } from "./json-methods.ts";
import { parseMessage } from "./parse-message.ts";
import { PostPort } from "./post-port.ts";

const CONTENT_TYPE = "application/json";

/**
 * Calls by the Connect protocol with messages as JSON, which people and proxies can read.
 *
 * @example
 * ```ts
 * const port = connectJsonPort({ baseUrl: "https://gateway.internal", fetch, maxSendBytes: 4194304, maxReceiveBytes: 134217728 });
 * ```
 */
export function connectJsonPort(options: FetchChannelOptions): MessageRpcPort {
  const port = new PostPort(options, {
    headers: connectHeaders(CONTENT_TYPE),
    body: (path, request: RpcRequest) => JSON.stringify(requestJson(known(path), request)),
    read: (path, answer) =>
      connectAnswer(answer, responseBytes(path, known(path), readMessage(path, answer))),
  });
  return {
    unary: (path, bytes, call) => port.unary(path, bytes, call),
    message: (path, request, call) => port.post(path, { request, call }, readMessage),
    close: () => port.close(),
  };
}

function readMessage(path: string, answer: FetchAnswer): unknown {
  checkConnectAnswer(path, answer, CONTENT_TYPE);
  return responseOf(path, known(path), parseMessage(path, answer.body));
}

function known(path: string): JsonRpc {
  const found = jsonRpc(path);
  if (found !== undefined) return found;
  throw new RpcError({
    status: GrpcStatus.UNIMPLEMENTED,
    details: `${path} has no JSON form here: use Connect in its binary format, gRPC-Web or gRPC`,
    reason: "invalid-request",
  });
}
