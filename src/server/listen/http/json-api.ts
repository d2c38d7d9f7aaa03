import { CodecError } from "../../../codec-runtime/codec-error.ts";
import type { JsonObject, JsonValue } from "../../../codec-runtime/json.ts";
import { JsonReader } from "../../../codec-runtime/json-reader.ts";
import { anyTypes } from "../../../gen/codec/any-types.ts";
import { OperatorServiceJson } from "../../../gen/codec/temporal/api/operatorservice/v1/service.json.ts";
import { OperatorServiceRoutes } from "../../../gen/codec/temporal/api/operatorservice/v1/service.routes.ts";
import { WorkflowServiceJson } from "../../../gen/codec/temporal/api/workflowservice/v1/service.json.ts";
import { WorkflowServiceRoutes } from "../../../gen/codec/temporal/api/workflowservice/v1/service.routes.ts";
import { GrpcStatus, type Metadata, RpcError, type RpcPort } from "../../../platform/rpc-port.ts";
import { checkTimeout } from "../grpc-wire.ts";
import type { WebRequest, WebResponse } from "../web.ts";
import { setField } from "./field-path.ts";
import { httpStatusOf, invalid, statusToJson } from "./http-failure.ts";
import { formatOf, type JsonFormat } from "./json-format.ts";
import { ShorthandReader, shorthand } from "./payload-shorthand.ts";
import { parseQuery, QueryReader, queryToJson } from "./query-reader.ts";
import { forwardedMetadata, requestTimeoutMs } from "./request-metadata.ts";
import { type RouteMatch, RouteTable } from "./route-table.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const routes = new RouteTable();
routes.add(WorkflowServiceRoutes, WorkflowServiceJson);
routes.add(OperatorServiceRoutes, OperatorServiceJson);

/** Answers a request of Temporal's HTTP API. */
export async function answerJson(
  request: WebRequest,
  port: RpcPort,
  maxRequestBytes: number,
): Promise<WebResponse> {
  const { path, query } = splitTarget(request.target);
  const cleaned = path.replace(/\/{2,}/g, "/");
  if (cleaned !== path) return { status: 301, headers: { location: cleaned }, body: new Uint8Array(0) };
  const format = formatOf(request.headers, query);
  try {
    const match = find(request.method, path);
    const bytes = requestBytes(match, request, { query, maxRequestBytes, format });
    const timeoutMs = requestTimeoutMs(request.headers);
    checkTimeout(timeoutMs);
    const answer = await port.unary(match.method.path, bytes, {
      timeoutMs,
      signal: request.signal,
      peer: request.peer,
      metadata: forwardedMetadata(request),
    });
    const options = format.response.short ? { anyTypes, shorthand } : { anyTypes };
    const json = match.method.response(answer.bytes, options);
    return respond(200, json, format, answer.headers);
  } catch (error) {
    const failure = toRpcError(error);
    return respond(httpStatusOf(failure.status), statusToJson(failure), format, failure.metadata);
  }
}

function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const at = target.indexOf("?");
  return at < 0 ? { path: target, query: "" } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

function find(httpMethod: string, path: string): RouteMatch {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch (cause) {
    throw invalid(`invalid URL escape in path ${JSON.stringify(path)}`, cause);
  }
  const result = routes.find(httpMethod, decoded.slice(1).split("/"));
  switch (result.kind) {
    case "match":
      return result;
    case "wrong-method":
      throw new RpcError({ status: GrpcStatus.UNIMPLEMENTED, details: "Method Not Allowed" });
    case "none":
      throw new RpcError({ status: GrpcStatus.NOT_FOUND, details: "Not Found" });
  }
}

interface RequestContext {
  readonly query: string;
  readonly maxRequestBytes: number;
  readonly format: JsonFormat;
}

/** The encoded request, made of path, query and body. */
function requestBytes(
  { method, rule, params }: RouteMatch,
  { body }: WebRequest,
  { query, maxRequestBytes, format }: RequestContext,
): Uint8Array {
  if (body.length > maxRequestBytes) throw invalid("http: request body too large");
  const options = { anyTypes };
  if (rule.body === "") {
    const json = queryToJson(parseQuery(query), params);
    for (const [field, value] of params) setField(json, field, [value]);
    return method.request(json, new QueryReader(options));
  }
  const json = parseBody(body);
  const target: JsonObject = {};
  if (rule.body === "*") Object.assign(target, asObject(json));
  else setField(target, rule.body, json ?? null);
  for (const [field, value] of params) setField(target, field, value);
  return method.request(
    target,
    format.request.short ? new ShorthandReader(options) : new JsonReader(options),
  );
}

function parseBody(body: Uint8Array): JsonValue | undefined {
  const text = decoder.decode(body);
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`the body is not JSON: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
}

function asObject(json: JsonValue | undefined): JsonObject {
  if (json === undefined) return {};
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  throw invalid(`temporalproto: syntax error: unexpected token ${JSON.stringify(json).slice(0, 20)}`);
}

function respond(status: number, json: unknown, { response }: JsonFormat, metadata: Metadata): WebResponse {
  const headers: Record<string, string> = { "content-type": response.contentType };
  for (const [name, value] of Object.entries(metadata)) {
    if (name.startsWith("grpc-") || name.startsWith(":") || name === "content-type" || name === "date")
      continue;
    if (typeof value === "string") headers[`grpc-metadata-${name}`] = value;
  }
  const text = response.pretty ? JSON.stringify(json, undefined, 2) : JSON.stringify(json);
  return { status, headers, body: encoder.encode(text) };
}

function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof CodecError) return invalid(`temporalproto: ${error.message}`, error);
  const details = error instanceof Error ? error.message : String(error);
  return new RpcError({ status: GrpcStatus.INTERNAL, details, cause: error });
}
