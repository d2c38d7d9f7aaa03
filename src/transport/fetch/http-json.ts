import type { JsonObject } from "../../codec-runtime/json.ts";
import { JsonReader } from "../../codec-runtime/json-reader.ts";
import { anyTypes } from "../../gen/codec/any-types.ts";
import { readStatusJson } from "../../gen/codec/google/rpc/status.json.ts";
import { encodeStatus } from "../../gen/codec/google/rpc/status.ts";
import type { RpcAnswer, RpcPort } from "../../platform/rpc-port.ts";
import { malformed, requestTooLarge } from "./answer-error.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { FetchedAnswer, toMetadata } from "./headers.ts";
import { HttpJsonExchange, type JsonAnswer, METADATA_PREFIX, noRoute } from "./http-json-exchange.ts";
import { type JsonRpc, jsonRpc } from "./json-methods.ts";
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
export function httpJsonPort(options: FetchChannelOptions): RpcPort {
  const exchange = new HttpJsonExchange(options, statusBytes);
  const updates = new UpdatePolls();
  return {
    unary: async (path, bytes, call) => {
      if (bytes.length > options.maxSendBytes)
        throw requestTooLarge(path, bytes.length, options.maxSendBytes);
      const { method } = known(path);
      const json = method.request(bytes, { anyTypes }) as JsonObject;
      const answer = await updates.send(path, json, (to, request) =>
        exchange.ask({ path: to, rule: known(to).rule }, request, call),
      );
      return toBytes(path, answer);
    },
    close: async () => exchange.close(),
  };
}

function known(path: string): JsonRpc {
  const rpc = jsonRpc(path);
  if (rpc === undefined) throw noRoute(path);
  return rpc;
}

/** The details as bytes, which is how errors of every transport carry them; kinds that we do not know are left out. */
function statusBytes(error: JsonObject): Uint8Array | undefined {
  const details = error["details"];
  if (!Array.isArray(details)) return undefined;
  const packed = details.flatMap((detail) => {
    try {
      return readStatusJson({ details: [detail] }, new JsonReader({ anyTypes, ignoreUnknown: true })).details;
    } catch {
      return [];
    }
  });
  if (packed.length === 0) return undefined;
  const { code, message } = error;
  return encodeStatus({
    code: code as number,
    message: typeof message === "string" ? message : "",
    details: packed,
  });
}

function toBytes(path: string, { json, headers }: JsonAnswer): RpcAnswer {
  try {
    // A newer server may say more than we know.
    const bytes = known(path).method.response(json, new JsonReader({ anyTypes, ignoreUnknown: true }));
    return new FetchedAnswer(
      bytes,
      () => toMetadata(headers, METADATA_PREFIX),
      () => ({}),
    );
  } catch (cause) {
    throw malformed(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
