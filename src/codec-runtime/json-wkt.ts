// The types of google.protobuf that JSON writes in a form of their own.
import { CodecError } from "./codec-error.ts";
import { NO_BYTES, setEntry } from "./init.ts";
import type { AnyType, JsonObject, JsonValue, JsonWriteOptions } from "./json.ts";
import type { JsonReader } from "./json-reader.ts";

interface SecondsAndNanos {
  readonly seconds?: bigint | number | undefined;
  readonly nanos?: number | undefined;
}

const MAX_DURATION_S = 315_576_000_000;
const MIN_TIMESTAMP_MS = Date.UTC(2000, 0, 1) - 63_082_281_600_000;
const MAX_TIMESTAMP_MS = 253_402_300_799_000;
const DIGIT_0 = 48;
const DOT = 46;
const Z = 90;
/** Where a time has digits and where it has what. */
const MARKS = "0000-00-00T00:00:00";

/** `google.protobuf.Timestamp` as RFC 3339: `2026-01-31T12:00:00.5Z` with 0, 3, 6 or 9 digits of a second. */
export function timestampToJson(value: SecondsAndNanos): JsonValue {
  const ms = Number(value.seconds ?? 0) * 1000;
  const nanos = value.nanos ?? 0;
  if (!(ms >= MIN_TIMESTAMP_MS && ms <= MAX_TIMESTAMP_MS) || nanos < 0 || nanos > 999_999_999) {
    throw outOfRange("google.protobuf.Timestamp", value);
  }
  return `${new Date(ms).toISOString().slice(0, 19)}${fraction(nanos)}Z`;
}

/** Reads RFC 3339 with any offset. */
export function timestampFromJson(json: JsonValue, c: JsonReader): { seconds: bigint; nanos: number } {
  const text = c.string(json);
  const usual = usualTimestamp(text);
  if (usual !== undefined) return usual;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (!(ms >= MIN_TIMESTAMP_MS && ms <= MAX_TIMESTAMP_MS)) {
    throw c.fail(`expected a time such as 2026-01-31T12:00:00Z, got "${text}"`);
  }
  return { seconds: BigInt(ms / 1000), nanos: Number((match?.[2] ?? "").padEnd(9, "0")) };
}

/** The form that servers write, `2026-01-31T12:00:00.123456789Z`, digit by digit: a fifth of what the general way costs. */
function usualTimestamp(text: string): { seconds: bigint; nanos: number } | undefined {
  const end = text.length - 1;
  if (end < 19 || end === 20 || end > 29 || text.charCodeAt(end) !== Z) return undefined;
  for (let at = 0; at < 19; at++) {
    const mark = MARKS.charCodeAt(at);
    const code = text.charCodeAt(at);
    if (mark === DIGIT_0 ? code < DIGIT_0 || code > DIGIT_0 + 9 : code !== mark) return undefined;
  }
  const two = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - DIGIT_0 * 11;
  const year = two(0) * 100 + two(2);
  const month = two(5);
  const day = two(8);
  const hours = two(11);
  const minutes = two(14);
  const seconds = two(17);
  // The ends of months, leap seconds and what is no time at all are for the general way.
  if (year < 100 || month < 1 || month > 12 || day < 1 || day > 28) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  let nanos = 0;
  if (end > 19) {
    if (text.charCodeAt(19) !== DOT) return undefined;
    for (let at = 20; at < 29; at++) {
      const digit = at < end ? text.charCodeAt(at) - DIGIT_0 : 0;
      if (digit < 0 || digit > 9) return undefined;
      nanos = nanos * 10 + digit;
    }
  }
  return { seconds: BigInt(Date.UTC(year, month - 1, day, hours, minutes, seconds) / 1000), nanos };
}

/** `google.protobuf.Duration`: seconds with up to nine digits of fraction and an `s`. */
export function durationToJson(value: SecondsAndNanos): JsonValue {
  const seconds = Number(value.seconds ?? 0);
  const nanos = value.nanos ?? 0;
  const differ = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
  if (!(Math.abs(seconds) <= MAX_DURATION_S) || differ || Math.abs(nanos) > 999_999_999) {
    throw outOfRange("google.protobuf.Duration", value);
  }
  const sign = seconds < 0 || nanos < 0 ? "-" : "";
  return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`;
}

/** Reads seconds with an `s`. */
export function durationFromJson(json: JsonValue, c: JsonReader): { seconds: bigint; nanos: number } {
  const text = c.string(json);
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text);
  if (match === null || Number(match[2]) > MAX_DURATION_S) {
    throw c.fail(`expected a duration such as "1.5s", got "${text}"`);
  }
  const seconds = BigInt(match[2]!);
  const nanos = Number((match[3] ?? "").padEnd(9, "0"));
  return match[1] === "-" ? { seconds: -seconds, nanos: nanos === 0 ? 0 : -nanos } : { seconds, nanos };
}

/** `google.protobuf.FieldMask`: paths in camelCase, with commas between them. */
export function fieldMaskToJson(value: { readonly paths?: readonly string[] | undefined }): JsonValue {
  return (value.paths ?? [])
    .map((path) => {
      const camel = path.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      if (snake(camel) === path) return camel;
      throw new CodecError("INVALID_VALUE", `path "${path}" of a field mask cannot be written as JSON`);
    })
    .join(",");
}

/** Reads paths in camelCase. */
export function fieldMaskFromJson(json: JsonValue, c: JsonReader): { paths: string[] } {
  const text = c.string(json);
  if (text === "") return { paths: [] };
  if (text.includes("_")) throw c.fail(`paths of a field mask are lowerCamelCase in JSON, got "${text}"`);
  return { paths: text.split(",").map(snake) };
}

/** `google.protobuf.Any`: the packed message's JSON with its name as `@type`. */
export function anyToJson(
  value: { readonly typeUrl?: string | undefined; readonly value?: Uint8Array | undefined },
  options: JsonWriteOptions | undefined,
): JsonValue {
  const typeUrl = value.typeUrl ?? "";
  if (typeUrl === "") return {};
  const type = findType(options?.anyTypes, typeUrl);
  if (type === undefined) {
    throw new CodecError("UNKNOWN_NAME", `an Any holds "${typeUrl}", which is not among the anyTypes given`);
  }
  const json = type.toJson(value.value ?? NO_BYTES, options);
  if (type.custom) return { "@type": typeUrl, value: json };
  return { ...(json as JsonObject), "@type": typeUrl };
}

/** Reads an `Any` whose type is known; one of unknown type becomes an empty one if unknown names are ignored. */
export function anyFromJson(json: JsonValue, c: JsonReader): { typeUrl: string; value: Uint8Array } {
  const object = c.object(json);
  const keys = Object.keys(object);
  if (keys.length === 0) return { typeUrl: "", value: NO_BYTES };
  const typeUrl = object["@type"];
  if (typeof typeUrl !== "string" || typeUrl === "") throw c.fail('an Any needs "@type"');
  const type = findType(c.anyTypes, typeUrl);
  if (type === undefined) {
    if (c.ignoreUnknown) return { typeUrl: fullUrl(typeUrl), value: NO_BYTES };
    throw c.fail(`an Any holds "${typeUrl}", which is not among the anyTypes given`, "UNKNOWN_NAME");
  }
  if (type.custom) return { typeUrl: fullUrl(typeUrl), value: type.fromJson(object.value ?? null, c) };
  const rest: JsonObject = {};
  for (const key of keys) if (key !== "@type") setEntry(rest, key, object[key]!);
  return { typeUrl: fullUrl(typeUrl), value: type.fromJson(rest, c) };
}

function findType(
  types: Readonly<Record<string, AnyType>> | undefined,
  typeUrl: string,
): AnyType | undefined {
  const name = typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
  return types !== undefined && Object.hasOwn(types, name) ? types[name] : undefined;
}

/** Packed messages carry the standard host in their URL, whatever the JSON had. */
function fullUrl(typeUrl: string): string {
  return `type.googleapis.com/${typeUrl.slice(typeUrl.lastIndexOf("/") + 1)}`;
}

function fraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  if (digits.endsWith("000000")) return `.${digits.slice(0, 3)}`;
  return `.${digits.endsWith("000") ? digits.slice(0, 6) : digits}`;
}

function snake(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function outOfRange(type: string, value: SecondsAndNanos): CodecError {
  const what = `seconds ${value.seconds ?? 0}, nanos ${value.nanos ?? 0}`;
  return new CodecError("INVALID_VALUE", `${type} out of the range that JSON can write: ${what}`);
}
