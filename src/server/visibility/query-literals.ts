import { enumNumber } from "../../codec-runtime/enum-names.ts";
import { IndexedValueType } from "../../gen/codec/temporal/api/enums/v1/common.ts";
import { workflowExecutionStatusNames } from "../../gen/codec/temporal/api/enums/v1/workflow.json.ts";
import { formatFloat, quote } from "./go-format.ts";
import { parseDurationNs, parseInt64, parseTimeMs } from "./go-parse.ts";
import type { Column } from "./query-columns.ts";
import { invalid, type QueryError } from "./query-error.ts";
import type { Expr } from "./query-syntax.ts";
import { exprText } from "./query-syntax.ts";
import { attributeTypeName } from "./search-attribute-types.ts";

const { TEXT, KEYWORD, INT, DOUBLE, BOOL, DATETIME, KEYWORD_LIST } = IndexedValueType;

/** What a literal is before its column is looked at: a bigint is Go's int64, a number its float64. */
type Literal = string | bigint | number | boolean;

/** A literal as it is compared with a column: datetimes in milliseconds since the epoch, durations in nanoseconds. */
export type Operand = string | bigint | number | boolean;

/**
 * The value of a literal, a plus or minus before it included.
 *
 * @throws {QueryError} when its text means nothing
 */
export function readLiteral(expr: Expr & { readonly kind: "value" }, sign: 1 | -1): Literal {
  // The real server cuts all quotes off both ends, those that belong to the text too.
  if (expr.type === "string") return expr.text.replace(/^'+|'+$/g, "");
  if (expr.text === "") return "";
  const whole = parseInt64(expr.text);
  if (whole !== undefined) return sign < 0 ? -whole : whole;
  const fraction = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(expr.text) ? Number(expr.text) : Number.NaN;
  if (!Number.isFinite(fraction)) throw invalid(`unable to parse value ${quote(exprText(expr))}`);
  return sign * fraction;
}

/**
 * Fits a literal to the column that it is compared with.
 *
 * @throws {QueryError} when the column has another type
 */
export function toOperand(column: Column, value: Literal): Operand {
  if (typeof value !== "boolean") {
    if (column.field === "ExecutionStatus") return statusOf(value);
    if (column.field === "ExecutionDuration") return durationOf(value);
  }
  switch (column.type) {
    case INT:
    case DOUBLE:
      if (typeof value === "bigint" || typeof value === "number") return value;
      break;
    case BOOL:
      if (typeof value === "boolean") return value;
      break;
    case DATETIME:
      if (typeof value === "bigint") return Number(value) / 1e6;
      if (typeof value === "string") return datetimeOf(value);
      break;
    case KEYWORD:
    case KEYWORD_LIST:
    case TEXT:
      if (typeof value === "string") return value;
      break;
  }
  throw mismatch(column, value);
}

/** How messages show an operand, or several. */
export function operandText(operands: Operand | readonly Operand[]): string {
  return Array.isArray(operands) ? `[${operands.join(" ")}]` : String(operands);
}

function mismatch(column: Column, value: Literal): QueryError {
  const shown =
    typeof value === "string" ? quote(value) : typeof value === "number" ? formatFloat(value) : String(value);
  return invalid(
    `invalid value type for search attribute ${column.alias} of type ${attributeTypeName(column.type)}: ${shown} (type: ${goType(value)})`,
  );
}

function goType(value: Literal): string {
  if (typeof value === "bigint") return "int64";
  if (typeof value === "number") return "float64";
  return typeof value === "boolean" ? "bool" : "string";
}

function datetimeOf(text: string): number {
  const ms = parseTimeMs(text);
  if (ms === undefined) throw invalid(`unable to parse datetime '${text}'`);
  return ms;
}

function statusOf(value: string | bigint | number): number {
  if (typeof value === "number") throw unexpectedType(value, "ExecutionStatus");
  const known = workflowExecutionStatusNames;
  const status = typeof value === "string" ? enumNumber(known, value) : Number(value);
  if (status === undefined || known.names[status] === undefined) {
    const shown = typeof value === "string" ? `'${value}'` : String(value);
    throw invalid(`invalid ExecutionStatus value ${shown}`);
  }
  return status;
}

function durationOf(value: string | bigint | number): number {
  if (typeof value === "number") throw unexpectedType(value, "ExecutionDuration");
  if (typeof value === "bigint") return Number(value);
  const ns = parseDurationNs(value);
  if (ns === undefined) {
    throw invalid(`invalid duration value for search attribute ExecutionDuration: ${value}`);
  }
  return ns;
}

function unexpectedType(value: Literal, name: string): QueryError {
  return invalid(`unexpected value type ${goType(value)} for search attribute ${name}`);
}
