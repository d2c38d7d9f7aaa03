import type { JsonValue } from "../../codec-runtime/json.ts";

const decoder = new TextDecoder();

/** The JSON of a body; throws what `JSON.parse` throws. */
export function parseJson(body: Uint8Array): JsonValue {
  return JSON.parse(decoder.decode(body));
}
