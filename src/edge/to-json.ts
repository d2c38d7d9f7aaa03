import { encodeBase64 } from "../codec-runtime/base64.ts";
import type { JsonObject, JsonValue } from "../codec-runtime/json.ts";

/**
 * The JSON of a request, by the shape of its values alone: the JSON codecs of the messages would be half of a bundle. It serves for the
 * requests of this folder: their times are all durations, and their enums may be numbers.
 */
export function requestJson(message: object): JsonObject {
  const json: JsonObject = {};
  for (const [key, value] of Object.entries(message) as [string, unknown][]) {
    if (value === undefined || value === null) continue;
    if (isOneof(value)) json[value.case] = toJson(value.value);
    else json[key] = toJson(value);
  }
  return json;
}

function toJson(value: unknown): JsonValue {
  switch (typeof value) {
    case "bigint":
      return String(value);
    case "object":
      break;
    default:
      return value as JsonValue;
  }
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (Array.isArray(value)) return value.map(toJson);
  const { seconds, nanos } = value as { seconds?: unknown; nanos?: unknown };
  if (typeof seconds === "bigint") return duration(seconds, Number(nanos ?? 0));
  return requestJson(value as object);
}

/** A field that holds one of several kinds. */
function isOneof(value: unknown): value is { readonly case: string; readonly value: unknown } {
  return typeof value === "object" && typeof (value as { case?: unknown }).case === "string";
}

function duration(seconds: bigint, nanos: number): string {
  const sign = seconds < 0n || nanos < 0 ? "-" : "";
  const digits = String(Math.abs(nanos)).padStart(9, "0").replace(/0+$/, "");
  const whole = seconds < 0n ? -seconds : seconds;
  return `${sign}${whole}${digits === "" ? "" : `.${digits}`}s`;
}
