import { isPlain, type OptionKind, text } from "./option-kinds.ts";
import { SearchAttributeType } from "./search-attributes.ts";
import { isRecord } from "./type-guards.ts";

export const attributeTypes: OptionKind = {
  allowed: `an object of names and types, such as { CustomerId: "KEYWORD" }; types are ${Object.keys(SearchAttributeType).join(", ")}`,
  is: (value) => isPlain(value) && Object.values(Object(value)).every(isAttributeType),
};
export const attributeKeys: OptionKind = {
  allowed: 'an object such as { CustomerId: "KEYWORD" }, or a list of what defineSearchAttributeKey gives',
  is: (value) =>
    Array.isArray(value)
      ? value.every((key) => isRecord(key) && text.is(key["name"]) && isAttributeType(key["type"]))
      : isRecord(value) && Object.values(value).every(isAttributeType),
};

function isAttributeType(value: unknown): boolean {
  return typeof value === "string" && Object.hasOwn(SearchAttributeType, value);
}
