import { isKeyword } from "./query-keywords.ts";

/** What a query is made of, as parsed; nothing is resolved yet. */
export type Expr =
  | { readonly kind: "and" | "or"; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "not" | "paren"; readonly expr: Expr }
  | { readonly kind: "comparison"; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | {
      readonly kind: "range";
      readonly negated: boolean;
      readonly left: Expr;
      readonly from: Expr;
      readonly to: Expr;
    }
  | { readonly kind: "is"; readonly suffix: string; readonly expr: Expr }
  | { readonly kind: "column"; readonly path: readonly string[] }
  | { readonly kind: "value"; readonly type: ValueType; readonly text: string }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "tuple"; readonly items: readonly Expr[] }
  | { readonly kind: "unary"; readonly operator: string; readonly expr: Expr }
  | { readonly kind: "other"; readonly type: OtherType; readonly text: string };

/** How a literal was written. */
export type ValueType = "string" | "int" | "float" | "hexnum" | "hex" | "bit" | "argument";

/** SQL that the grammar has and no query may use; messages name it. */
export type OtherType =
  | "FuncExpr"
  | "BinaryExpr"
  | "CaseExpr"
  | "CollateExpr"
  | "ConvertExpr"
  | "ConvertUsingExpr"
  | "Default"
  | "ExistsExpr"
  | "GroupConcatExpr"
  | "IntervalExpr"
  | "ListArg"
  | "MatchExpr"
  | "Subquery"
  | "SubstrExpr"
  | "ValuesFuncExpr";

/** A parsed query. */
export interface Query {
  readonly where: Expr | undefined;
  readonly groupBy: readonly Expr[];
  readonly orderBy: readonly Expr[];
  readonly limited: boolean;
}

const TYPE_NAMES: Readonly<Record<Exclude<Expr["kind"], "other">, string>> = {
  and: "*sqlparser.AndExpr",
  or: "*sqlparser.OrExpr",
  not: "*sqlparser.NotExpr",
  paren: "*sqlparser.ParenExpr",
  comparison: "*sqlparser.ComparisonExpr",
  range: "*sqlparser.RangeCond",
  is: "*sqlparser.IsExpr",
  column: "*sqlparser.ColName",
  value: "*sqlparser.SQLVal",
  bool: "sqlparser.BoolVal",
  null: "*sqlparser.NullVal",
  tuple: "sqlparser.ValTuple",
  unary: "*sqlparser.UnaryExpr",
};

/** What the real server's messages call this piece of a query. */
export function typeName(expr: Expr): string {
  if (expr.kind !== "other") return TYPE_NAMES[expr.kind];
  return expr.type === "ListArg" ? "sqlparser.ListArg" : `*sqlparser.${expr.type}`;
}

/** A piece of a query as the real server's messages show it. */
export function exprText(expr: Expr): string {
  switch (expr.kind) {
    case "and":
    case "or":
      return `${exprText(expr.left)} ${expr.kind} ${exprText(expr.right)}`;
    case "not":
      return `not ${exprText(expr.expr)}`;
    case "paren":
      return `(${exprText(expr.expr)})`;
    case "comparison":
      return `${exprText(expr.left)} ${expr.operator} ${exprText(expr.right)}`;
    case "range":
      return `${exprText(expr.left)} ${expr.negated ? "not between" : "between"} ${exprText(expr.from)} and ${exprText(expr.to)}`;
    case "is":
      return `${exprText(expr.expr)} ${expr.suffix}`;
    case "column":
      return expr.path.map(nameText).join(".");
    case "value":
      return valueText(expr.type, expr.text);
    case "bool":
      return String(expr.value);
    case "null":
      return "null";
    case "tuple":
      return `(${expr.items.map(exprText).join(", ")})`;
    case "unary":
      return `${expr.operator}${expr.expr.kind === "unary" ? " " : ""}${exprText(expr.expr)}`;
    case "other":
      return expr.text;
  }
}

function nameText(name: string): string {
  const plain = /^[A-Za-z_@][A-Za-z_@0-9]*$/.test(name) || /^@@[A-Za-z_@0-9.'"`]*$/.test(name);
  return plain && !isKeyword(name.toLowerCase()) ? name : `\`${name.replaceAll("`", "``")}\``;
}

const SQL_ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "'": "\\'",
  '"': '\\"',
  "\b": "\\b",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x1a": "\\Z",
  "\\": "\\\\",
};

function valueText(type: ValueType, text: string): string {
  switch (type) {
    case "string":
      return `'${text.replace(/['"\\]|\p{Cc}/gu, (char) => SQL_ESCAPES[char] ?? char)}'`;
    case "hex":
      return `X'${text}'`;
    case "bit":
      return `B'${text}'`;
    default:
      return text;
  }
}
