import { encodeBase64 } from "./base64.ts";
import { CodecError, describeValue } from "./codec-error.ts";
import { type EnumNames, enumName } from "./enum-names.ts";
import { setEntry } from "./init.ts";
import type { JsonReader } from "./json-reader.ts";

/** What `JSON.parse` gives and `JSON.stringify` takes. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** How a message that is packed into an `Any` is read and written as JSON. */
export interface AnyType {
  /** Whether the JSON of this type is no object of its own, so that it stands under `value`. */
  readonly custom: boolean;
  readonly toJson: (bytes: Uint8Array, options: JsonWriteOptions | undefined) => JsonValue;
  readonly fromJson: (json: JsonValue, reader: JsonReader) => Uint8Array;
}

/** Full message name → how it goes into an `Any`. */
export type AnyTypes = Readonly<Record<string, AnyType>>;

/** How messages are written as JSON. */
export interface JsonWriteOptions {
  /** The messages that `Any` fields may hold, such as the generated `anyTypes`. Default: none; a filled `Any` is an error. */
  readonly anyTypes?: AnyTypes | undefined;
  /** Shorter forms of payloads, as Temporal's HTTP API has them. Default: none. */
  readonly shorthand?: JsonShorthand | undefined;
}

/** Shorter forms of messages; undefined where a value has none. */
export interface JsonShorthand {
  payload(payload: JsonPayload): JsonValue | undefined;
  payloads(list: { readonly payloads?: readonly JsonPayload[] | undefined }): JsonValue | undefined;
}

/** A payload, as far as its shorter form depends on it. */
export interface JsonPayload {
  readonly metadata?: { readonly [key: string]: Uint8Array | undefined } | undefined;
  readonly data?: Uint8Array | undefined;
  readonly externalPayloads?: readonly object[] | undefined;
}

/** How JSON is read. */
export interface JsonReadOptions {
  /** Whether unknown fields and enum names are left out instead of being errors. Default false. */
  readonly ignoreUnknown?: boolean | undefined;
  /** The messages that `Any` fields may hold, such as the generated `anyTypes`. Default: none. */
  readonly anyTypes?: AnyTypes | undefined;
}

/** A 64-bit integer as JSON: a decimal string. */
export function int64ToJson(value: bigint | number): JsonValue {
  if (typeof value === "bigint" || Number.isInteger(value)) return String(value);
  throw new CodecError("INVALID_VALUE", `expected a 64-bit integer, got ${describeValue(value)}`);
}

/** A float or double as JSON. */
export function floatToJson(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value);
}

/** Bytes as JSON: base64. */
export function bytesToJson(value: Uint8Array): JsonValue {
  return encodeBase64(value);
}

/** An enum value as JSON: its name, or its number if it has none. */
export function enumToJson(value: number, names: EnumNames): JsonValue {
  return enumName(names, value) ?? value;
}

/** A list as JSON. */
export function listToJson<T>(list: readonly T[], item: (value: T) => JsonValue): JsonValue {
  const json: JsonValue[] = [];
  for (let i = 0; i < list.length; i++) json.push(item(list[i] as T));
  return json;
}

/** A map as JSON; undefined if it has no entries. */
export function mapToJson<T>(
  record: { readonly [key: string]: T | undefined },
  value: (value: T) => JsonValue,
): JsonObject | undefined {
  let json: JsonObject | undefined;
  for (const key of Object.keys(record)) {
    const entry = record[key];
    if (entry === undefined) continue;
    json ??= {};
    setEntry(json, key, value(entry));
  }
  return json;
}
