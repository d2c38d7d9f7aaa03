import type { Init } from "../../codec-runtime/init.ts";
import type { Payload } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { IndexedValueType } from "../../gen/codec/temporal/api/enums/v1/common.ts";
import { parseInt64, parseTimeMs } from "./go-parse.ts";
import { attributeTypeName } from "./search-attribute-types.ts";

/** A value as queries compare it: datetimes in milliseconds since the epoch; integers that are no safe numbers are bigints. */
export type AttributeValue = string | number | bigint | boolean | readonly string[];

/** What a payload says: a value (null if it clears the attribute), several values, or nothing of that type. */
export type Decoded =
  | { readonly kind: "value"; readonly value: AttributeValue | null }
  | { readonly kind: "list"; readonly count: number }
  | { readonly kind: "invalid" };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NULL: Decoded = Object.freeze({ kind: "value", value: null });
const INVALID: Decoded = Object.freeze({ kind: "invalid" });

/** The value as visibility keeps it: undefined where there is none, or several for an attribute that has one. */
export function decodeAttribute(payload: Init<Payload>, type: number): AttributeValue | undefined {
  const decoded = readAttribute(payload, type);
  return decoded.kind === "value" ? (decoded.value ?? undefined) : undefined;
}

/** Reads a payload as a value of a type, or as a list of them. */
export function readAttribute(payload: Init<Payload>, type: number): Decoded {
  const json = readJson(payload);
  if (json === undefined) return INVALID;
  if (json.value === null) return NULL;
  if (type === IndexedValueType.KEYWORD_LIST) return readKeywords(json.value);
  const single = readScalar(json.value, json.text, type);
  if (single !== undefined) return { kind: "value", value: single };
  if (!Array.isArray(json.value)) return INVALID;
  if (json.value.length === 0) return NULL;
  const texts = json.value.length === 1 ? [json.text.slice(1, -1).trim()] : json.value.map(jsonText);
  const values = json.value.map((item, index) => readScalar(item, texts[index] ?? "", type, true));
  if (values.some((value) => value === undefined)) return INVALID;
  const [first] = values;
  if (values.length > 1 || first === undefined) return { kind: "list", count: values.length };
  return { kind: "value", value: first };
}

/** The payload of a value as lists show it. */
export function encodeAttribute(payload: Init<Payload>, type: number): Init<Payload> | undefined {
  const json = readJson(payload);
  const value = decodeAttribute(payload, type);
  if (json === undefined || value === undefined) return undefined;
  const listed = Array.isArray(json.value) && type !== IndexedValueType.KEYWORD_LIST;
  const data = listed ? encoder.encode(jsonText((json.value as readonly unknown[])[0])) : payload.data;
  return typedPayload({ metadata: { encoding: JSON_PLAIN }, data: data ?? new Uint8Array(0) }, type);
}

/** The payload with the name of its type in its metadata. */
export function typedPayload(payload: Init<Payload>, type: number): Init<Payload> {
  return { ...payload, metadata: { ...payload.metadata, type: encoder.encode(attributeTypeName(type)) } };
}

const JSON_PLAIN = encoder.encode("json/plain");

/** The JSON in a payload; undefined if it is in no form that search attributes have. */
export function readJson(
  payload: Init<Payload>,
): { readonly value: unknown; readonly text: string } | undefined {
  const encoding = decoder.decode(payload.metadata?.["encoding"] ?? new Uint8Array(0));
  if (encoding === "binary/null") return { value: null, text: "null" };
  if (encoding !== "json/plain") return undefined;
  const text = decoder.decode(payload.data ?? new Uint8Array(0));
  try {
    return { value: JSON.parse(text) as unknown, text: text.trim() };
  } catch {
    return undefined;
  }
}

function readKeywords(value: unknown): Decoded {
  if (!Array.isArray(value)) return INVALID;
  // JSON null reads as Go's zero value.
  const keywords = value.map((item: unknown) => (item === null ? "" : item));
  if (!keywords.every((item) => typeof item === "string")) return INVALID;
  return keywords.length === 0 ? NULL : { kind: "value", value: keywords };
}

function readScalar(
  value: unknown,
  text: string,
  type: number,
  inList = false,
): string | number | bigint | boolean | undefined {
  if (value === null && inList) return zeroOf(type);
  switch (type) {
    case IndexedValueType.BOOL:
      return typeof value === "boolean" ? value : undefined;
    case IndexedValueType.DATETIME:
      return typeof value === "string" ? parseTimeMs(value) : undefined;
    case IndexedValueType.DOUBLE:
      return typeof value === "number" ? value : undefined;
    case IndexedValueType.INT:
      return typeof value === "number" ? readInt(value, text) : undefined;
    default:
      return typeof value === "string" ? value : undefined;
  }
}

function readInt(value: number, text: string): number | bigint | undefined {
  const whole = parseInt64(text);
  if (whole === undefined) return undefined;
  return Number.isSafeInteger(value) ? value : whole;
}

function zeroOf(type: number): string | number | boolean {
  if (type === IndexedValueType.BOOL) return false;
  return type === IndexedValueType.INT || type === IndexedValueType.DOUBLE ? 0 : "";
}

function jsonText(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}
