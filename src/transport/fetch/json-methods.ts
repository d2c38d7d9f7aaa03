import type { JsonObject, JsonValue } from "../../codec-runtime/json.ts";
import type { JsonClientMethod } from "../../codec-runtime/json-method.ts";
import { JsonReader } from "../../codec-runtime/json-reader.ts";
import type { HttpRule, MethodRoute } from "../../codec-runtime/method.ts";
import { anyTypes } from "../../gen/codec/any-types.ts";
import { OperatorServiceJsonClient } from "../../gen/codec/temporal/api/operatorservice/v1/service.json-client.ts";
import { OperatorServiceRoutes } from "../../gen/codec/temporal/api/operatorservice/v1/service.routes.ts";
import { WorkflowServiceJsonClient } from "../../gen/codec/temporal/api/workflowservice/v1/service.json-client.ts";
import { WorkflowServiceRoutes } from "../../gen/codec/temporal/api/workflowservice/v1/service.routes.ts";
import type { RpcRequest } from "../message-rpc.ts";
import { malformed } from "./answer-error.ts";

/** A method in JSON, and how Temporal's HTTP API reaches it. */
export interface JsonRpc {
  readonly method: JsonClientMethod;
  /** Undefined for a method that the HTTP API does not have. */
  readonly rule: HttpRule | undefined;
}

const WRITING = { anyTypes };
// A newer server may say more than we know.
const READING = { anyTypes, ignoreUnknown: true };

const byPath = new Map<string, JsonRpc>();
add(WorkflowServiceJsonClient, WorkflowServiceRoutes);
add(OperatorServiceJsonClient, OperatorServiceRoutes);

/** A method of the workflow or operator service, by its path. */
export function jsonRpc(path: string): JsonRpc | undefined {
  return byPath.get(path);
}

/** The JSON of a request: of the message if there is one, of its bytes otherwise. */
export function requestJson({ method }: JsonRpc, { bytes, message }: RpcRequest): JsonObject {
  // The path says which message it is; every request is an object in JSON.
  return method.toJson((message ?? method.decode(bytes)) as never, WRITING) as JsonObject;
}

/**
 * The response of an answer's JSON.
 *
 * @throws RpcError when it is not one
 */
export function responseOf(path: string, { method }: JsonRpc, json: JsonValue): unknown {
  try {
    return method.read(json, new JsonReader(READING));
  } catch (cause) {
    throw malformed(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/**
 * The bytes of such a response.
 *
 * @throws RpcError when it cannot be written
 */
export function responseBytes(path: string, { method }: JsonRpc, response: unknown): Uint8Array {
  try {
    return method.encode(response as never);
  } catch (cause) {
    throw malformed(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function add(
  methods: Readonly<Record<string, JsonClientMethod>>,
  routes: Readonly<Record<string, MethodRoute>>,
): void {
  for (const [name, method] of Object.entries(methods)) {
    const rules = routes[name]?.http ?? [];
    // Every route exists twice; the one with the version in it is the documented one.
    const rule = rules.find(({ path }) => path.startsWith("/api/v1/")) ?? rules[0];
    byPath.set(method.path, { method, rule });
  }
}
