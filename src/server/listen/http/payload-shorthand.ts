// Temporal's shorter JSON of payloads: a payload of JSON stands as that JSON, a list of payloads as a list of values.
import { encodeBase64 } from "../../../codec-runtime/base64.ts";
import type { JsonObject, JsonPayload, JsonShorthand, JsonValue } from "../../../codec-runtime/json.ts";
import { JsonReader } from "../../../codec-runtime/json-reader.ts";
import { invalid } from "./http-failure.ts";

const PAYLOAD = "temporal.api.common.v1.Payload";
const PAYLOADS = "temporal.api.common.v1.Payloads";
const MESSAGE_TYPE = "_protoMessageType";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads requests in which payloads may stand as plain JSON. */
export class ShorthandReader extends JsonReader {
  override enter(json: JsonValue, message: string): JsonObject {
    if (message === PAYLOADS && Array.isArray(json)) return super.enter({ payloads: json }, message);
    return super.enter(message === PAYLOAD ? fullPayload(json) : json, message);
  }

  /** In a list, null is a payload. */
  override list<T>(json: JsonValue, item: (value: JsonValue) => T | undefined): T[] {
    if (!Array.isArray(json) || !json.includes(null)) return super.list(json, item);
    const list: T[] = [];
    for (const value of json) {
      const read = item(value);
      if (read !== undefined) list.push(read);
    }
    return list;
  }

  /** In a map too. */
  override entries(json: JsonValue): [string, JsonValue][] {
    return Object.entries(this.object(json));
  }
}

/** Writes payloads as plain JSON where that says all that is in them. */
export const shorthand: JsonShorthand = {
  payload: shortPayload,
  payloads: ({ payloads = [] }) => {
    const short: JsonValue[] = [];
    for (const payload of payloads) {
      const value = shortPayload(payload);
      if (value === undefined) return undefined;
      short.push(value);
    }
    return short;
  },
};

/** How the payload that is null is written, long or short. */
const NULL: JsonObject = { metadata: { encoding: base64("binary/null") } };

function orNull(json: JsonValue | undefined): JsonValue | undefined {
  return json === null ? NULL : json;
}

function fullPayload(json: JsonValue): JsonValue {
  if (json === null) return NULL;
  if (!isObject(json)) return plain(json);
  const { [MESSAGE_TYPE]: type, ...rest } = json;
  if (typeof type === "string") {
    const metadata = { encoding: base64("json/protobuf"), messageType: base64(type) };
    return { metadata, data: base64(stringify(rest)) };
  }
  if (type !== undefined) {
    const is = typeof type === "number" ? "int64" : typeof type;
    throw invalid(
      `unable to unmarshal payload: internal key ${JSON.stringify(MESSAGE_TYPE)} should have type string, not ${is}`,
    );
  }
  return isPayload(json) ? json : plain(json);
}

function plain(json: JsonValue): JsonValue {
  return { metadata: { encoding: base64("json/plain") }, data: base64(stringify(json)) };
}

/** Whether an object is a payload in its full form: metadata with an encoding, data, all base64, and nothing else. */
function isPayload(json: JsonObject): boolean {
  const { metadata, data, ...rest } = json;
  return (
    Object.keys(rest).length === 0 &&
    isBase64(data) &&
    isObject(metadata) &&
    metadata["encoding"] !== undefined &&
    Object.values(metadata).every(isBase64)
  );
}

function isBase64(json: JsonValue | undefined): boolean {
  return typeof json === "string" && json.length % 4 === 0 && /^[0-9A-Za-z+/]*={0,2}$/.test(json);
}

function shortPayload({ metadata = {}, data, externalPayloads = [] }: JsonPayload): JsonValue | undefined {
  if (externalPayloads.length > 0) return undefined;
  const { encoding, messageType, ...rest } = metadata;
  if (encoding === undefined || Object.keys(rest).length > 0) return undefined;
  switch (decoder.decode(encoding)) {
    case "binary/null":
      return messageType === undefined ? NULL : undefined;
    case "json/plain":
      return messageType === undefined ? orNull(parsed(data)) : undefined;
    case "json/protobuf": {
      if (messageType === undefined) return undefined;
      const value = parsed(data);
      return isObject(value)
        ? normalized({ ...value, [MESSAGE_TYPE]: decoder.decode(messageType) })
        : undefined;
    }
    default:
      return undefined;
  }
}

function parsed(data: Uint8Array | undefined): JsonValue | undefined {
  try {
    return normalized(JSON.parse(decoder.decode(data ?? new Uint8Array(0))));
  } catch {
    return undefined;
  }
}

/** JSON as Go writes it. */
function stringify(json: JsonValue): string {
  return JSON.stringify(normalized(json)).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** As the real server writes JSON of unknown form: keys in order, and an empty list inside of a value as null. */
function normalized(json: JsonValue): JsonValue {
  if (Array.isArray(json)) return json.length === 0 ? null : json.map(normalized);
  if (!isObject(json)) return json;
  const sorted = Object.keys(json).sort();
  return Object.fromEntries(sorted.map((key) => [key, normalized(json[key] ?? null)]));
}

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function base64(text: string): string {
  return encodeBase64(encoder.encode(text));
}
