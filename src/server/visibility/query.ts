import { IndexedValueType } from "../../gen/codec/temporal/api/enums/v1/common.ts";
import { WorkflowExecutionStatus } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { quote } from "./go-format.ts";
import { type Column, resolveColumn, type SlotNames } from "./query-columns.ts";
import { invalid, unsupported } from "./query-error.ts";
import { type Operand, readLiteral, toOperand } from "./query-literals.ts";
import { parseQuery } from "./query-parser.ts";
import { type Expr, exprText, typeName } from "./query-syntax.ts";
import {
  andTest,
  compareTest,
  notTest,
  nullTest,
  type Operands,
  orTest,
  rangeTest,
  type Test,
} from "./query-tests.ts";
import { attributeTypeName } from "./search-attribute-types.ts";

const { DATETIME, DOUBLE, INT, KEYWORD, TEXT } = IndexedValueType;
const RANGED: ReadonlySet<number> = new Set([DATETIME, DOUBLE, INT, KEYWORD]);
const DIVISION = "TemporalNamespaceDivision";
const GROUPABLE: ReadonlySet<string> = new Set(["ExecutionStatus", DIVISION]);

/** A query that can be run. */
export interface CompiledQuery {
  readonly test: Test;
  readonly groupBy: Column | undefined;
  /** Only runs of these workflows can fit, if given. */
  readonly workflowIds: readonly string[] | undefined;
  /** Only these runs can fit, if given. */
  readonly runIds: readonly string[] | undefined;
  /** Only open, or only closed, runs can fit, if given. */
  readonly open: boolean | undefined;
}

/** What part of a condition says about where to look. */
type Narrowing = Partial<Pick<CompiledQuery, "workflowIds" | "runIds" | "open">>;

interface Condition extends Narrowing {
  readonly test: Test;
}

/**
 * Makes a query of its text. Where it does not speak of TemporalNamespaceDivision, only runs without one fit.
 *
 * @throws {QueryError} when it cannot be understood
 *
 * @example
 * ```ts
 * const { test } = compileQuery("WorkflowType = 'order' AND Amount > 10", { Int01: "Amount" });
 * ```
 */
export function compileQuery(text: string, slots: SlotNames): CompiledQuery {
  const query = parseQuery(text);
  if (query.limited) throw unsupported("'LIMIT' clause");
  const compiler = new Compiler(slots);
  const where = query.where && compiler.condition(query.where);
  if (query.groupBy.length > 1) throw unsupported("'GROUP BY' clause supports only a single field");
  const [groupExpr] = query.groupBy;
  const groupBy = groupExpr && compiler.groupColumn(groupExpr);
  for (const expr of query.orderBy) compiler.checkOrder(expr);
  if (query.orderBy.length > 0) throw unsupported("'ORDER BY' clause");
  const undivided = compiler.sawDivision ? undefined : nullTest(resolveColumn(DIVISION, slots));
  return {
    test: join(where?.test, undivided),
    groupBy,
    workflowIds: where?.workflowIds,
    runIds: where?.runIds,
    open: where?.open,
  };
}

function join(left: Test | undefined, right: Test | undefined): Test {
  if (left && right) return andTest(left, right);
  return left ?? right ?? (() => true);
}

class Compiler {
  readonly #slots: SlotNames;
  sawDivision = false;

  constructor(slots: SlotNames) {
    this.#slots = slots;
  }

  condition(expr: Expr): Condition {
    switch (expr.kind) {
      case "paren":
        return this.condition(expr.expr);
      case "not":
        return { test: notTest(this.condition(expr.expr).test) };
      case "and":
        return this.#and(expr);
      case "or":
        return { test: orTest(this.condition(expr.left).test, this.condition(expr.right).test) };
      case "comparison":
        return this.#comparison(expr);
      case "range":
        return { test: this.#range(expr) };
      case "is":
        return this.#is(expr);
      case "column":
        throw invalid("incomplete expression");
      default:
        if (expr.kind === "other" && expr.type === "FuncExpr") throw unsupported("function expression");
        throw unsupported(`expression of type ${typeName(expr)}`);
    }
  }

  groupColumn(expr: Expr): Column {
    const column = this.#column(expr);
    if (!GROUPABLE.has(column.field)) {
      throw unsupported(`'GROUP BY' clause is not supported for search attribute ${column.alias}`);
    }
    return column;
  }

  checkOrder(expr: Expr): void {
    const { type } = this.#column(expr);
    if (type === TEXT) throw unsupported("unable to sort by search attribute type Text");
  }

  #and({ left, right }: Expr & { readonly kind: "and" | "or" }): Condition {
    const first = this.condition(left);
    const second = this.condition(right);
    return {
      test: andTest(first.test, second.test),
      ...narrowing(
        first.workflowIds ?? second.workflowIds,
        first.runIds ?? second.runIds,
        first.open ?? second.open,
      ),
    };
  }

  #comparison(expr: Expr & { readonly kind: "comparison" }): Condition {
    const column = this.#column(expr.left);
    const operands = this.#operands(expr.right, column);
    const test = compareTest(column, expr.operator, operands);
    if (!column.system || (expr.operator !== "=" && expr.operator !== "in")) return { test };
    const list = (Array.isArray(operands) ? operands : [operands]) as readonly Operand[];
    return { test, ...narrowingOf(column.field, list) };
  }

  #range(expr: Expr & { readonly kind: "range" }): Test {
    const column = this.#column(expr.left);
    if (!RANGED.has(column.type)) {
      throw invalid(
        `cannot do range condition on search attribute '${column.alias}' of type ${attributeTypeName(column.type)}`,
      );
    }
    const from = this.#operands(expr.from, column);
    const to = this.#operands(expr.to, column);
    if (Array.isArray(from) || Array.isArray(to)) {
      throw invalid(`unexpected value type (expected a single value, got ${exprText(expr)})`);
    }
    const test = rangeTest(column, from as Operand, to as Operand);
    return expr.negated ? notTest(test) : test;
  }

  #is(expr: Expr & { readonly kind: "is" }): Condition {
    const column = this.#column(expr.expr);
    const open = column.field === "CloseTime" ? expr.suffix === "is null" : undefined;
    if (expr.suffix === "is null")
      return { test: nullTest(column), ...narrowing(undefined, undefined, open) };
    if (expr.suffix === "is not null") {
      return { test: notTest(nullTest(column)), ...narrowing(undefined, undefined, open) };
    }
    throw invalid("'IS' operator can only be used as 'IS NULL' or 'IS NOT NULL'");
  }

  #column(expr: Expr): Column {
    if (expr.kind !== "column") throw invalid(`must be a column name but was ${typeName(expr)}`);
    const column = resolveColumn(expr.path.join(".").replaceAll("`", ""), this.#slots);
    if (column.field === DIVISION) this.sawDivision = true;
    return column;
  }

  #operands(expr: Expr, column: Column): Operands {
    if (expr.kind !== "tuple") return operandOf(expr, column);
    return expr.items.map((item) => {
      if (item.kind !== "tuple") return operandOf(item, column);
      throw invalid(`unexpected value type in tuple (expected a single value, got ${exprText(item)})`);
    });
  }
}

function operandOf(expr: Expr, column: Column): Operand {
  switch (expr.kind) {
    case "value":
      return toOperand(column, readLiteral(expr, 1));
    case "bool":
      return toOperand(column, expr.value);
    case "unary":
      return toOperand(column, readSigned(expr));
    case "column":
      throw unsupported(
        `column name on the right side of comparison expression (did you forget to quote ${quote(exprText(expr))}?)`,
      );
    default:
      if (expr.kind === "other" && expr.type === "FuncExpr") throw unsupported("nested func");
      if (expr.kind === "other" && expr.type === "GroupConcatExpr") throw unsupported("'group_concat'");
      throw invalid(`unexpected value type ${typeName(expr)}`);
  }
}

function readSigned(expr: Expr & { readonly kind: "unary" }): Operand {
  if (expr.operator !== "+" && expr.operator !== "-") {
    throw unsupported(`unary operator ${quote(expr.operator)}`);
  }
  if (expr.expr.kind === "value" && expr.expr.type !== "string") {
    return readLiteral(expr.expr, expr.operator === "-" ? -1 : 1);
  }
  throw invalid(`unary operator not supported in ${quote(exprText(expr))}`);
}

function narrowingOf(field: string, operands: readonly Operand[]): Narrowing {
  const texts = operands.map(String);
  if (field === "WorkflowId") return narrowing(texts, undefined, undefined);
  if (field === "RunId") return narrowing(undefined, texts, undefined);
  if (field !== "ExecutionStatus") return {};
  const open = operands.map(isOpenStatus);
  return narrowing(undefined, undefined, open.every((is) => is === open[0]) ? open[0] : undefined);
}

/** Whether runs of a status are open. */
export function isOpenStatus(status: unknown): boolean {
  return status === WorkflowExecutionStatus.RUNNING || status === WorkflowExecutionStatus.PAUSED;
}

function narrowing(
  workflowIds: readonly string[] | undefined,
  runIds: readonly string[] | undefined,
  open: boolean | undefined,
): Narrowing {
  return {
    ...(workflowIds && { workflowIds }),
    ...(runIds && { runIds }),
    ...(open === undefined ? undefined : { open }),
  };
}
