import { type EnumNames, enumNames } from "./enum-names.ts";
import { ValueError } from "./errors.ts";
import { showValue } from "./type-guards.ts";

/** Value of a search attribute in the older, untyped form: always a list. */
export type SearchAttributeValue = string[] | number[] | boolean[] | Date[];

/** Search attributes in the older, untyped form. Prefer {@link TypedSearchAttributes}. */
export type SearchAttributes = Record<
  string,
  SearchAttributeValue | Readonly<SearchAttributeValue> | undefined
>;

/** Kinds of search attributes, as the server indexes them. */
export const SearchAttributeType = {
  TEXT: "TEXT",
  KEYWORD: "KEYWORD",
  INT: "INT",
  DOUBLE: "DOUBLE",
  BOOL: "BOOL",
  DATETIME: "DATETIME",
  KEYWORD_LIST: "KEYWORD_LIST",
} as const;
/** Kinds of search attributes, as the server indexes them. */
export type SearchAttributeType = (typeof SearchAttributeType)[keyof typeof SearchAttributeType];

/** Names and numbers of {@link SearchAttributeType} (`IndexedValueType` of the API). */
export const searchAttributeTypeNames: EnumNames<SearchAttributeType> = enumNames(
  "search attribute type",
  "INDEXED_VALUE_TYPE_",
  ["TEXT", "KEYWORD", "INT", "DOUBLE", "BOOL", "DATETIME", "KEYWORD_LIST"],
);

/** What values each kind takes. */
export interface IndexedValueTypeMapping {
  TEXT: string;
  KEYWORD: string;
  INT: number;
  DOUBLE: number;
  BOOL: boolean;
  DATETIME: Date;
  KEYWORD_LIST: string[];
}

/** Name and kind of a search attribute. Made by {@link defineSearchAttributeKey}. */
export interface SearchAttributeKey<T extends SearchAttributeType> {
  name: string;
  type: T;
}

/** A search attribute with its value. */
export type SearchAttributePair = {
  [T in SearchAttributeType]: { key: SearchAttributeKey<T>; value: IndexedValueTypeMapping[T] };
}[SearchAttributeType];

/** A change of a search attribute; `null` takes it away. */
export type SearchAttributeUpdatePair = {
  [T in SearchAttributeType]: { key: SearchAttributeKey<T>; value: IndexedValueTypeMapping[T] | null };
}[SearchAttributeType];

const METADATA_TYPE: Readonly<Record<SearchAttributeType, string>> = {
  TEXT: "Text",
  KEYWORD: "Keyword",
  INT: "Int",
  DOUBLE: "Double",
  BOOL: "Bool",
  DATETIME: "Datetime",
  KEYWORD_LIST: "KeywordList",
};

const TYPE_BY_METADATA: ReadonlyMap<string, SearchAttributeType> = new Map(
  Object.values(SearchAttributeType).flatMap((type) => [
    [METADATA_TYPE[type], type] as const,
    [`INDEXED_VALUE_TYPE_${type}`, type] as const,
  ]),
);

/**
 * Makes the key of a search attribute. The attribute must be registered with the server.
 *
 * @throws {ValueError} when the name is empty or the type unknown
 * @example
 * ```ts
 * const customer = defineSearchAttributeKey("CustomerId", "KEYWORD");
 * ```
 */
export function defineSearchAttributeKey<T extends SearchAttributeType>(
  name: string,
  type: T,
): SearchAttributeKey<T> {
  if (typeof name !== "string" || name === "") throw new ValueError("A search attribute needs a name");
  if (!Object.hasOwn(METADATA_TYPE, type)) {
    throw new ValueError(
      `Type of search attribute '${name}' is ${showValue(type)}; allowed are ${Object.keys(METADATA_TYPE).join(", ")}`,
    );
  }
  return { name, type };
}

/**
 * Whether a value suits a kind of search attribute.
 *
 * @example
 * ```ts
 * isValidValueForType("INT", 1.5); // false
 * ```
 */
export function isValidValueForType<T extends SearchAttributeType>(
  type: T,
  value: unknown,
): value is IndexedValueTypeMapping[T] {
  switch (type) {
    case "TEXT":
    case "KEYWORD":
      return typeof value === "string";
    case "INT":
      return Number.isInteger(value);
    case "DOUBLE":
      return typeof value === "number";
    case "BOOL":
      return typeof value === "boolean";
    case "DATETIME":
      return value instanceof Date;
    case "KEYWORD_LIST":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    default:
      return false;
  }
}

/** An immutable set of search attributes with typed keys. */
export class TypedSearchAttributes {
  readonly #pairs: Map<string, SearchAttributePair> = new Map();

  /** @throws {ValueError} when two pairs have the same name */
  constructor(pairs: readonly SearchAttributePair[] = []) {
    for (const pair of pairs) {
      if (this.#pairs.has(pair.key.name)) {
        throw new ValueError(`Duplicate search attribute key: ${pair.key.name}`);
      }
      this.#pairs.set(pair.key.name, pair);
    }
  }

  /** The value of an attribute; undefined when it is not set, or is of another kind. */
  get<T extends SearchAttributeType>(key: SearchAttributeKey<T>): IndexedValueTypeMapping[T] | undefined {
    const value: unknown = this.#pairs.get(key.name)?.value;
    return isValidValueForType(key.type, value) ? value : undefined;
  }

  /** All attributes, in the order in which they were set. */
  getAll(): SearchAttributePair[] {
    return [...this.#pairs.values()].filter((pair) => isValidValueForType(pair.key.type, pair.value));
  }

  /** A copy that shares nothing with this. */
  copy(): TypedSearchAttributes {
    return this.updateCopy([]);
  }

  /** A copy with changes; a `null` value takes the attribute of that name and kind away. */
  updateCopy(updates: readonly SearchAttributeUpdatePair[]): TypedSearchAttributes {
    const copy = new TypedSearchAttributes();
    for (const pair of this.#pairs.values()) copy.#pairs.set(pair.key.name, clonePair(pair));
    for (const pair of updates) {
      if (pair.value !== null) copy.#pairs.set(pair.key.name, pair as SearchAttributePair);
      else if (copy.#pairs.get(pair.key.name)?.key.type === pair.key.type) copy.#pairs.delete(pair.key.name);
    }
    return copy;
  }

  /** All attributes, for `JSON.stringify`. */
  toJSON(): SearchAttributePair[] {
    return this.getAll();
  }

  /**
   * Guesses the key of an attribute in the untyped form; undefined when it cannot be told. Text that reads as a date
   * counts as DATETIME.
   */
  static getKeyFromUntyped(
    name: string,
    values: SearchAttributes[string],
  ): SearchAttributeKey<SearchAttributeType> | undefined {
    if (values === undefined || values === null) return undefined;
    const type = guessType(values.length === 1 ? values[0] : values);
    return type === undefined ? undefined : { name, type };
  }

  /** How a kind is called in a payload's `type` metadata, for example `KeywordList`. */
  static toMetadataType(type: SearchAttributeType): string {
    return METADATA_TYPE[type];
  }

  /** The kind that a payload's `type` metadata names, in either spelling; undefined when unknown. */
  static toSearchAttributeType(type: string): SearchAttributeType | undefined {
    return TYPE_BY_METADATA.get(type);
  }
}

function clonePair(pair: SearchAttributePair): SearchAttributePair {
  const { key, value } = pair;
  if (value instanceof Date) return { key, value: new Date(value) } as SearchAttributePair;
  return { key, value: Array.isArray(value) ? [...value] : value } as SearchAttributePair;
}

function guessType(value: unknown): SearchAttributeType | undefined {
  if (typeof value === "string") return Number.isNaN(Date.parse(value)) ? "TEXT" : "DATETIME";
  if (typeof value === "number") return Number.isInteger(value) ? "INT" : "DOUBLE";
  if (typeof value === "boolean") return "BOOL";
  if (value instanceof Date) return "DATETIME";
  return isValidValueForType("KEYWORD_LIST", value) ? "KEYWORD_LIST" : undefined;
}
