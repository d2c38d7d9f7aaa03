// The comparisons of queries, as functions of an entry. Undefined is SQL's NULL: neither true nor false.
import { IndexedValueType } from "../../gen/codec/temporal/api/enums/v1/common.ts";
import type { Column } from "./query-columns.ts";
import { invalid, unsupported } from "./query-error.ts";
import { type Operand, operandText } from "./query-literals.ts";
import { attributeTypeName } from "./search-attribute-types.ts";
import { containsPhrase, wordsOf } from "./text-words.ts";
import type { VisibilityEntry } from "./visibility-entry.ts";

/** Whether an entry fits a condition; undefined if that is unknown. */
export type Test = (entry: VisibilityEntry) => boolean | undefined;

/** What stands on the right of an operator. */
export type Operands = Operand | readonly Operand[];

const { TEXT, KEYWORD, KEYWORD_LIST } = IndexedValueType;
const EQUALITY: ReadonlySet<string> = new Set(["=", "!="]);
const MEMBERSHIP: ReadonlySet<string> = new Set([...EQUALITY, "in", "not in"]);
const ORDERED: ReadonlySet<string> = new Set([...MEMBERSHIP, "<", ">", "<=", ">="]);
const PREFIXED: ReadonlySet<string> = new Set([...ORDERED, "starts_with", "not starts_with"]);

/**
 * The test for `column operator operands`.
 *
 * @throws {QueryError} when the column's type does not have the operator
 */
export function compareTest(column: Column, operator: string, operands: Operands): Test {
  const allowed =
    column.type === KEYWORD
      ? PREFIXED
      : column.type === KEYWORD_LIST
        ? MEMBERSHIP
        : column.type === TEXT
          ? EQUALITY
          : ORDERED;
  if (!allowed.has(operator)) {
    throw unsupported(
      `operator '${operator.toUpperCase()}' not supported for ${attributeTypeName(column.type)} type search attribute '${column.alias}'`,
    );
  }
  if (operator.endsWith("starts_with")) return prefixTest(column, operator, operands);
  if (Array.isArray(operands) !== operator.endsWith("in")) {
    throw invalid(`unexpected value type (expected a single value, got ${operandText(operands)})`);
  }
  const list = (Array.isArray(operands) ? operands : [operands]) as readonly Operand[];
  if (column.type === KEYWORD_LIST) return keywordListTest(column, operator, list);
  if (column.type === TEXT) return textTest(column, operator, list);
  return scalarTest(column, operator, list);
}

/** The test for `column BETWEEN from AND to`. */
export function rangeTest(column: Column, from: Operand, to: Operand): Test {
  return (entry) => {
    const value = entry.value(column);
    if (value === undefined) return undefined;
    return order(value as Operand, from) >= 0 && order(value as Operand, to) <= 0;
  };
}

/** The test for `column IS NULL`. */
export function nullTest(column: Column): Test {
  return (entry) => entry.value(column) === undefined;
}

/** The opposite: what is unknown stays so. */
export function notTest(test: Test): Test {
  return (entry) => {
    const result = test(entry);
    return result === undefined ? undefined : !result;
  };
}

export function andTest(left: Test, right: Test): Test {
  return (entry) => {
    const first = left(entry);
    if (first === false) return false;
    const second = right(entry);
    return second === false ? false : first && second;
  };
}

export function orTest(left: Test, right: Test): Test {
  return (entry) => {
    const first = left(entry);
    if (first === true) return true;
    const second = right(entry);
    return second === true ? true : first === undefined ? undefined : second;
  };
}

function scalarTest(column: Column, operator: string, operands: readonly Operand[]): Test {
  const [operand = ""] = operands;
  switch (operator) {
    case "=":
      return orderTest(column, operand, (by) => by === 0);
    case "!=":
      return orderTest(column, operand, (by) => by !== 0);
    case "<":
      return orderTest(column, operand, (by) => by < 0);
    case "<=":
      return orderTest(column, operand, (by) => by <= 0);
    case ">":
      return orderTest(column, operand, (by) => by > 0);
    case ">=":
      return orderTest(column, operand, (by) => by >= 0);
    case "in":
      return memberTest(column, operands);
    default:
      return notTest(memberTest(column, operands));
  }
}

function orderTest(column: Column, operand: Operand, accepts: (by: number) => boolean): Test {
  return (entry) => {
    const value = entry.value(column);
    // Scalar columns have scalar values.
    return value === undefined ? undefined : accepts(order(value as Operand, operand));
  };
}

function memberTest(column: Column, operands: readonly Operand[]): Test {
  return (entry) => {
    const value = entry.value(column);
    if (value === undefined) return undefined;
    return operands.some((operand) => order(value as Operand, operand) === 0);
  };
}

function order(value: Operand, operand: Operand): number {
  return value < operand ? -1 : value > operand ? 1 : 0;
}

/** SQLite's LIKE, which the real dev server uses, takes ASCII letters of either case for the same. */
function prefixTest(column: Column, operator: string, operands: Operands): Test {
  if (typeof operands !== "string") {
    throw invalid(
      `right-hand side of "${operator}" operator must be a literal string (got: ${operandText(operands)})`,
    );
  }
  const prefix = asciiLower(operands);
  const test: Test = (entry) => {
    const value = entry.value(column);
    return typeof value === "string" ? asciiLower(value).startsWith(prefix) : undefined;
  };
  return operator === "starts_with" ? test : notTest(test);
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Any element will do, in either case; an attribute that is not set has no elements. */
function keywordListTest(column: Column, operator: string, operands: readonly Operand[]): Test {
  const wanted = new Set(operands.map((operand) => String(operand).toLowerCase()));
  const test: Test = (entry) => {
    const value = entry.value(column);
    return Array.isArray(value) && value.some((item: string) => wanted.has(item.toLowerCase()));
  };
  return operator === "=" || operator === "in" ? test : notTest(test);
}

/** Any of the words between blanks will do; one of several words (`a-b`) has to be found as a phrase. */
function textTest(column: Column, operator: string, [operand]: readonly Operand[]): Test {
  const tokens = String(operand)
    .split(" ")
    .filter((token) => token !== "");
  if (tokens.length === 0) {
    throw invalid(`no tokens found filtering on Text type search attribute ${column.alias}`);
  }
  const phrases = tokens.map(wordsOf);
  const test: Test = (entry) => {
    const value = entry.value(column);
    if (typeof value !== "string") return false;
    const words = wordsOf(value);
    return phrases.some((phrase) => containsPhrase(words, phrase));
  };
  return operator === "=" ? test : notTest(test);
}
