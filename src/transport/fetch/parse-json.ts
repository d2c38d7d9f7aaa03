import type { JsonObject, JsonValue } from "../../codec-runtime/json.ts";

const decoder = new TextDecoder();

/** The JSON of a body; throws what `JSON.parse` throws. */
export function parseJson(body: Uint8Array): JsonValue {
  return JSON.parse(decoder.decode(body));
}

/** Whether JSON is an object, and no list. */
export function isJsonObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
