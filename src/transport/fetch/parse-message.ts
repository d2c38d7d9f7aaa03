import { describeValue } from "../../codec-runtime/codec-error.ts";
import type { JsonObject, JsonValue } from "../../codec-runtime/json.ts";
import { malformed } from "./answer-error.ts";
import { isJsonObject, parseJson } from "./parse-json.ts";

/**
 * The JSON of an answer that should be a message: every message is an object in JSON.
 *
 * @throws RpcError when the body is something else
 */
export function parseMessage(call: string, body: Uint8Array): JsonObject {
  let json: JsonValue;
  try {
    json = parseJson(body);
  } catch (cause) {
    throw malformed(call, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (isJsonObject(json)) return json;
  throw malformed(call, `expected an object in JSON, got ${describeValue(json)}`);
}
