import { JsonReader } from "../../codec-runtime/json-reader.ts";
import { anyTypes } from "../../gen/codec/any-types.ts";
import { readStatusJson } from "../../gen/codec/google/rpc/status.json.ts";
import { encodeStatus } from "../../gen/codec/google/rpc/status.ts";
import type { GrpcStatus, RpcAnswer, RpcCallOptions } from "../../platform/rpc-port.ts";
import type { MessageRpcPort, RpcRequest } from "../message-rpc.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { FetchedAnswer, toMetadata } from "./headers.ts";
import { HttpJsonExchange, type JsonAnswer, METADATA_PREFIX, noRoute } from "./http-json-exchange.ts";
import type { JsonError } from "./json-error.ts";
import { type JsonRpc, jsonRpc, requestJson, responseBytes, responseOf } from "./json-methods.ts";
import { UpdatePolls } from "./update-polls.ts";

/**
 * Calls of Temporal's own HTTP/JSON API: the HTTP port of a server, without any gateway. It has no routes for workers, for
 * update-with-start, for deleting and for adding search attributes: such calls fail at once.
 *
 * @example
 * ```ts
 * const port = httpJsonPort({ baseUrl: "http://localhost:7243", fetch, maxSendBytes: 4194304, maxReceiveBytes: 134217728 });
 * ```
 */
export function httpJsonPort(options: FetchChannelOptions): MessageRpcPort {
  const exchange = new HttpJsonExchange(options, statusBytes);
  const updates = new UpdatePolls();
  const ask = async (path: string, request: RpcRequest, call: RpcCallOptions): Promise<JsonAnswer> => {
    return updates.send(path, requestJson(known(path), request), (to, json) =>
      exchange.ask({ path: to, rule: known(to).rule }, json, call),
    );
  };
  return {
    unary: async (path, bytes, call) => toAnswer(path, await ask(path, { bytes }, call)),
    message: async (path, request, call) =>
      responseOf(path, known(path), (await ask(path, request, call)).json),
    close: async () => exchange.close(),
  };
}

function known(path: string): JsonRpc {
  const rpc = jsonRpc(path);
  if (rpc === undefined) throw noRoute(path);
  return rpc;
}

/** The details as bytes, which is how errors of every transport carry them; kinds that we do not know are left out. */
function statusBytes({ message, details }: JsonError, code: GrpcStatus): Uint8Array | undefined {
  if (!Array.isArray(details)) return undefined;
  const packed = details.flatMap((detail) => {
    try {
      return readStatusJson({ details: [detail] }, new JsonReader({ anyTypes, ignoreUnknown: true })).details;
    } catch {
      return [];
    }
  });
  return packed.length === 0 ? undefined : encodeStatus({ code, message, details: packed });
}

function toAnswer(path: string, { json, headers }: JsonAnswer): RpcAnswer {
  const rpc = known(path);
  return new FetchedAnswer(
    responseBytes(path, rpc, responseOf(path, rpc, json)),
    () => toMetadata(headers, METADATA_PREFIX),
    () => ({}),
  );
}
