import { ValueError } from "../../common/errors.ts";
import type { Payload } from "../../common/payload.ts";
import {
  isValidValueForType,
  type SearchAttributePair,
  type SearchAttributes,
  type SearchAttributeUpdatePair,
  TypedSearchAttributes,
} from "../../common/search-attributes.ts";
import { showValue, typeName } from "../../common/type-guards.ts";
import { JsonPayloadConverter } from "./json-payload-converter.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

type Fields = Readonly<Record<string, Payload>>;

// The server reads search attributes, so they are JSON always, whatever converter and codecs are in use.
const json = new JsonPayloadConverter();

function jsonPayload(name: string, value: unknown): Payload {
  const payload = json.toPayload(value);
  if (payload === undefined) throw new ValueError(`Search attribute '${name}' cannot be written as JSON`);
  return payload;
}

function checkUntyped(name: string, values: unknown): void {
  if (!Array.isArray(values)) {
    throw new ValueError(
      `Search attribute '${name}' is ${showValue(values)}; in the untyped form it must be an array`,
    );
  }
  const kinds = new Set(values.map((value) => (value instanceof Date ? "Date" : typeof value)));
  const [kind] = kinds;
  if (kinds.size > 1 || (kind !== undefined && !["string", "number", "boolean", "Date"].includes(kind))) {
    throw new ValueError(
      `Search attribute '${name}' holds ${[...kinds].join(" and ")}; all its values must be strings, numbers, booleans or Dates, all of one kind`,
    );
  }
}

function typedPayload({ key, value }: SearchAttributeUpdatePair): Payload {
  // A payload that unsets must not name a type, or the server does not take it as such.
  if (value === null) return jsonPayload(key.name, null);
  if (!isValidValueForType(key.type, value)) {
    throw new ValueError(
      `Search attribute '${key.name}' is ${showValue(value)} (${typeName(value)}), which does not suit its type ${key.type}`,
    );
  }
  const payload = jsonPayload(key.name, value);
  const type = encodeUtf8(TypedSearchAttributes.toMetadataType(key.type));
  return { ...payload, metadata: { ...payload.metadata, type } };
}

/**
 * Search attributes as they go over the wire, from both forms; of a name in both, the typed one counts.
 *
 * @throws {ValueError} when a value does not suit its type
 * @example
 * ```ts
 * encodeUnifiedSearchAttributes(undefined, [{ key: customer, value: "c-7" }]);
 * ```
 */
export function encodeUnifiedSearchAttributes(
  untyped?: SearchAttributes,
  typed?: TypedSearchAttributes | readonly SearchAttributeUpdatePair[],
): Record<string, Payload> {
  const entries: (readonly [string, Payload])[] = [];
  for (const [name, values] of Object.entries(untyped ?? {})) {
    if (values === undefined) continue;
    checkUntyped(name, values);
    entries.push([name, jsonPayload(name, values)]);
  }
  const pairs = typed instanceof TypedSearchAttributes ? typed.getAll() : (typed ?? []);
  for (const pair of pairs) entries.push([pair.key.name, typedPayload(pair)]);
  return Object.fromEntries(entries);
}

function metadataType(payload: Payload): string | undefined {
  const type = payload.metadata?.["type"];
  return type === undefined ? undefined : decodeUtf8(type);
}

/**
 * Search attributes in the untyped form: every value a list, dates as `Date`. Empty lists, which unset ones leave
 * behind, are left out.
 *
 * @throws {ValueError} when a payload is not JSON
 * @example
 * ```ts
 * decodeSearchAttributes(info.searchAttributes?.indexedFields);
 * ```
 */
export function decodeSearchAttributes(fields: Fields | null | undefined): SearchAttributes {
  const entries: (readonly [string, unknown[]])[] = [];
  for (const [name, payload] of Object.entries(fields ?? {})) {
    const value = json.fromPayload<unknown>(payload);
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (values.length === 0) continue;
    const isDate = TypedSearchAttributes.toSearchAttributeType(metadataType(payload) ?? "") === "DATETIME";
    entries.push([name, isDate ? values.map((text) => new Date(String(text))) : values]);
  }
  return Object.fromEntries(entries) as SearchAttributes;
}

function decodePair(name: string, payload: Payload): SearchAttributePair | undefined {
  const type = TypedSearchAttributes.toSearchAttributeType(metadataType(payload) ?? "");
  if (type === undefined) return undefined;
  let value = json.fromPayload<unknown>(payload);
  if (type !== "KEYWORD_LIST" && Array.isArray(value)) {
    if (value.length !== 1) return undefined;
    value = value[0];
  } else if (type === "KEYWORD_LIST" && typeof value === "string") {
    value = [value];
  }
  if (type === "DATETIME" && typeof value === "string") value = new Date(value);
  return isValidValueForType(type, value)
    ? ({ key: { name, type }, value } as SearchAttributePair)
    : undefined;
}

/**
 * Search attributes with typed keys. What names no type, or holds a value that does not suit it, is left out.
 *
 * @throws {ValueError} when a payload is not JSON
 * @example
 * ```ts
 * decodeTypedSearchAttributes(info.searchAttributes?.indexedFields).get(customer);
 * ```
 */
export function decodeTypedSearchAttributes(fields: Fields | null | undefined): TypedSearchAttributes {
  const pairs: SearchAttributePair[] = [];
  for (const [name, payload] of Object.entries(fields ?? {})) {
    const pair = decodePair(name, payload);
    if (pair !== undefined) pairs.push(pair);
  }
  return new TypedSearchAttributes(pairs);
}
