import type { JsonObject, JsonValue } from "../../codec-runtime/json.ts";
import { JsonReader } from "../../codec-runtime/json-reader.ts";
import { anyTypes } from "../../gen/codec/any-types.ts";
import { readStatusJson } from "../../gen/codec/google/rpc/status.json.ts";
import { encodeStatus } from "../../gen/codec/google/rpc/status.ts";
import {
  GrpcStatus,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
  toGrpcStatus,
} from "../../platform/rpc-port.ts";
import { encodeTimeout } from "../wire-text.ts";
import { malformed, notTheProtocol, requestTooLarge } from "./answer-error.ts";
import { type FetchAnswer, FetchExchange } from "./fetch-exchange.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { FetchedAnswer, type HeaderRules, RequestHeaders, toMetadata } from "./headers.ts";
import { httpParts } from "./http-request.ts";
import { type JsonRpc, jsonRpc } from "./json-methods.ts";
import { UpdatePolls } from "./update-polls.ts";

/** Payloads as they are: their short form loses digits, key order and empty lists on its way through the server. */
const CONTENT_TYPE = "application/json+no-payload-shorthand";
const METADATA_PREFIX = "grpc-metadata-";
/** Headers that the server knows by their own names. */
const DIRECT: ReadonlySet<string> = new Set([
  "authorization",
  "authorization-extras",
  "client-name",
  "client-version",
]);

/** An answer in JSON and the headers that came with it. */
interface JsonAnswer {
  readonly json: JsonValue;
  readonly headers: Headers;
}

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
  const exchange = new FetchExchange(options);
  const withBody = new RequestHeaders(headerRules(true));
  const withoutBody = new RequestHeaders(headerRules(false));
  const ask = (path: string, json: JsonObject, call: RpcCallOptions): Promise<JsonAnswer> => {
    const { rule } = known(path);
    if (rule === undefined) throw noRoute(path);
    const { method, target, body } = httpParts(path, rule, json);
    const { timeoutMs, signal } = call;
    const headers = (body === undefined ? withoutBody : withBody).of(call);
    const url = options.baseUrl + target;
    return exchange.send({ call: path, url, method, headers, body, timeoutMs, signal }, (answer) => ({
      json: read(path, answer),
      headers: answer.headers,
    }));
  };
  const updates = new UpdatePolls();
  return {
    unary: async (path, bytes, call) => {
      if (bytes.length > options.maxSendBytes)
        throw requestTooLarge(path, bytes.length, options.maxSendBytes);
      const { method } = known(path);
      const json = method.request(bytes, { anyTypes }) as JsonObject;
      const answer = await updates.send(path, json, (to, request) => ask(to, request, call));
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

function noRoute(path: string): RpcError {
  return new RpcError({
    status: GrpcStatus.UNIMPLEMENTED,
    details: `${path} does not exist in Temporal's HTTP API: use gRPC, or gRPC-Web or Connect through a gateway`,
    reason: "invalid-request",
  });
}

/** A request without a body has no type of one. */
function headerRules(hasBody: boolean): HeaderRules {
  return {
    fixed: { accept: CONTENT_TYPE, ...(hasBody && { "content-type": CONTENT_TYPE }) },
    nameOf: (key) => (DIRECT.has(key) ? key : METADATA_PREFIX + key),
    timeout: (timeoutMs) => ["grpc-timeout", encodeTimeout(timeoutMs)],
  };
}

function read(path: string, answer: FetchAnswer): JsonValue {
  const { status, headers, body } = answer;
  const type = headers.get("content-type") ?? "";
  if (!/^application\/json/i.test(type)) throw notTheProtocol(path, "Temporal's HTTP API", answer);
  let json: JsonValue;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    if (status !== 200) throw notTheProtocol(path, "Temporal's HTTP API", answer);
    throw malformed(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (status === 200) return json;
  throw errorOf(json) ?? notTheProtocol(path, "Temporal's HTTP API", answer);

  function errorOf(error: JsonValue): RpcError | undefined {
    if (typeof error !== "object" || error === null || Array.isArray(error)) return undefined;
    const { code, message } = error;
    if (typeof code !== "number" || code === 0) return undefined;
    const details = typeof message === "string" ? message : "";
    return new RpcError({
      status: toGrpcStatus(code),
      details,
      metadata: toMetadata(headers, METADATA_PREFIX),
      rawStatusDetails: statusBytes(error),
    });
  }
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
