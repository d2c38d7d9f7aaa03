import type { JsonObject } from "../../codec-runtime/json.ts";
import type { HttpRule } from "../../codec-runtime/method.ts";
import { GrpcStatus, type RpcCallOptions, RpcError } from "../../platform/rpc-port.ts";
import { encodeTimeout } from "../wire-text.ts";
import { notTheProtocol } from "./answer-error.ts";
import { type FetchAnswer, FetchExchange } from "./fetch-exchange.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";
import { type HeaderRules, RequestHeaders, toMetadata } from "./headers.ts";
import { httpParts } from "./http-request.ts";
import { type JsonError, jsonErrorOf } from "./json-error.ts";
import { parseMessage } from "./parse-message.ts";

/** Payloads as they are: their short form loses digits, key order and empty lists on its way through the server. */
const CONTENT_TYPE = "application/json+no-payload-shorthand";
/** What the server puts before the names of metadata. */
export const METADATA_PREFIX = "grpc-metadata-";
/** Headers that the server knows by their own names. */
const DIRECT: ReadonlySet<string> = new Set([
  "authorization",
  "authorization-extras",
  "client-name",
  "client-version",
]);

/** An answer in JSON and the headers that came with it. */
export interface JsonAnswer {
  readonly json: JsonObject;
  readonly headers: Headers;
}

/** The details of an error as `google.rpc.Status` in bytes, which is how errors of every transport carry them. */
export type StatusBytes = (error: JsonError, code: GrpcStatus) => Uint8Array | undefined;

/** Asks Temporal's HTTP API in JSON. */
export class HttpJsonExchange {
  readonly #options: FetchChannelOptions;
  readonly #exchange: FetchExchange;
  readonly #statusBytes: StatusBytes;
  readonly #withBody: RequestHeaders = new RequestHeaders(headerRules(true));
  readonly #withoutBody: RequestHeaders = new RequestHeaders(headerRules(false));

  constructor(options: FetchChannelOptions, statusBytes: StatusBytes) {
    this.#options = options;
    this.#exchange = new FetchExchange(options);
    this.#statusBytes = statusBytes;
  }

  /** Sends a request by its rule; `undefined` stands for a method that the API does not have. */
  ask(
    { path, rule }: { readonly path: string; readonly rule: HttpRule | undefined },
    json: JsonObject,
    call: RpcCallOptions,
  ): Promise<JsonAnswer> {
    if (rule === undefined) throw noRoute(path);
    const { method, target, body } = httpParts(path, rule, json);
    const { timeoutMs, signal } = call;
    const headers = (body === undefined ? this.#withoutBody : this.#withBody).of(call);
    const url = this.#options.baseUrl + target;
    return this.#exchange.send(
      { call: path, url, method, headers, body, timeoutMs, signal },
      (_call, answer) => ({
        json: this.#read(path, answer),
        headers: answer.headers,
      }),
    );
  }

  /** Ends all requests under way; later ones fail at once. */
  close(): void {
    this.#exchange.close();
  }

  #read(path: string, answer: FetchAnswer): JsonObject {
    const { status, headers, body } = answer;
    const type = headers.get("content-type") ?? "";
    if (!/^application\/json/i.test(type)) throw notTheProtocol(path, "Temporal's HTTP API", answer);
    if (status === 200) return parseMessage(path, body);
    throw this.#errorOf(path, answer) ?? notTheProtocol(path, "Temporal's HTTP API", answer);
  }

  #errorOf(path: string, answer: FetchAnswer): RpcError | undefined {
    const error = jsonErrorOf(answer);
    if (error?.status === undefined) return undefined;
    if (error.status === GrpcStatus.NOT_FOUND && error.message === NO_ROUTE) {
      return notServed(path, this.#options.baseUrl);
    }
    return new RpcError({
      status: error.status,
      details: error.message,
      metadata: toMetadata(answer.headers, METADATA_PREFIX),
      rawStatusDetails: this.#statusBytes(error, error.status),
    });
  }
}

/** What the API says of a URL that it has no route for; of a workflow that does not exist it says more. */
const NO_ROUTE = "Not Found";

function notServed(path: string, baseUrl: string): RpcError {
  return new RpcError({
    status: GrpcStatus.UNIMPLEMENTED,
    details: `${path}: the HTTP API at ${baseUrl} has no route for it: the address has a wrong path, or the server is too old`,
  });
}

/** The error for a method that is not in the API. */
export function noRoute(path: string): RpcError {
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
