import type { JsonObject, JsonValue } from "../../codec-runtime/json.ts";
import type { HttpRule } from "../../codec-runtime/method.ts";
import { GrpcStatus, RpcError } from "../../platform/rpc-port.ts";

/** A request of Temporal's HTTP API. */
export interface HttpParts {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body: string | undefined;
}

/**
 * Puts the JSON of a request where its rule wants it: into path, query and body.
 *
 * @throws RpcError INVALID_ARGUMENT when a field of the path is missing or cannot be in a path
 */
export function httpParts(call: string, rule: HttpRule, json: JsonObject): HttpParts {
  const { literals, fields, used, body: bodyField } = planOf(rule);
  let path = literals[0] ?? "";
  for (const [index, { field, keys }] of fields.entries())
    path += segment(call, field, valueAt(json, keys)) + (literals[index + 1] ?? "");
  const { method } = rule;
  if (rule.body === "*") return { method, target: path, body: JSON.stringify(json) };
  const body = rule.body === "" ? undefined : JSON.stringify(json[bodyField] ?? {});
  const parameters: string[] = [];
  const rest = rule.body === "" ? json : omit(json, bodyField);
  addParameters(rest, "", { call, used, parameters });
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return { method, target: path + query, body };
}

/** A rule, read once. */
interface Plan {
  /** What stands around the fields of the path: one more than there are fields. */
  readonly literals: readonly string[];
  readonly fields: readonly { readonly field: string; readonly keys: readonly string[] }[];
  /** JSON paths that the URL's path holds. */
  readonly used: ReadonlySet<string>;
  /** The JSON name of the field that is the body. */
  readonly body: string;
}

const plans = new WeakMap<HttpRule, Plan>();

function planOf(rule: HttpRule): Plan {
  const known = plans.get(rule);
  if (known !== undefined) return known;
  // With a group in the pattern, what it matched stands between the literals.
  const parts = rule.path.split(/\{([^}]+)\}/);
  const fields = parts.filter((_, index) => index % 2 === 1);
  const plan = {
    literals: parts.filter((_, index) => index % 2 === 0),
    fields: fields.map((field) => ({ field, keys: jsonName(field).split(".") })),
    used: new Set(fields.map(jsonName)),
    body: jsonName(rule.body),
  };
  plans.set(rule, plan);
  return plan;
}

/** A field's path as JSON names it: `workflow_execution.workflow_id` is `workflowExecution.workflowId`. */
function jsonName(field: string): string {
  return field.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function valueAt(json: JsonObject, keys: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const name of keys) {
    value = isObject(value) ? value[name] : undefined;
  }
  return value;
}

/** One segment of the path. The server splits the path after it has decoded it, so a slash would end the segment. */
function segment(call: string, field: string, value: JsonValue | undefined): string {
  if (typeof value !== "string" || value === "") {
    throw unfit(`${call}: ${field} is not set, which is part of the path over HTTP`);
  }
  if (value.includes("/") || value === "." || value === "..") {
    throw unfit(
      `${call}: ${field} ${JSON.stringify(value)} cannot be in the path of Temporal's HTTP API, which knows no "/" in ids: use gRPC, or gRPC-Web or Connect through a gateway`,
    );
  }
  return encodeURIComponent(value);
}

interface Query {
  readonly call: string;
  /** JSON paths that the URL's path holds already. */
  readonly used: ReadonlySet<string>;
  readonly parameters: string[];
}

function addParameters(json: JsonObject, prefix: string, query: Query): void {
  for (const [key, value] of Object.entries(json)) {
    const name = prefix + key;
    if (query.used.has(name) || value === null) continue;
    if (isObject(value)) addParameters(value, `${name}.`, query);
    else
      for (const each of Array.isArray(value) ? value : [value])
        query.parameters.push(parameter(name, each, query));
  }
}

function parameter(name: string, value: JsonValue, { call }: Query): string {
  if (typeof value === "object")
    throw unfit(`${call}: a list of messages (${name}) has no place in the query of an HTTP request`);
  return `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`;
}

function omit(json: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = json;
  return rest;
}

function unfit(details: string): RpcError {
  return new RpcError({ status: GrpcStatus.INVALID_ARGUMENT, details, reason: "invalid-request" });
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
