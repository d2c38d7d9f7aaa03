// The part of the grammar below comparisons: literals, names, arithmetic, functions. Most of it no query may use; it is read so
// that the error says so, and at the right place.
import { fromByteText } from "./byte-text.ts";
import type { TokenKind } from "./query-lexer.ts";
import type { Expr, OtherType, ValueType } from "./query-syntax.ts";
import { exprText } from "./query-syntax.ts";
import type { TokenStream } from "./token-stream.ts";

/** Binary operators by how strongly they bind. */
const STRENGTHS: ReadonlyMap<string, number> = new Map(
  [["|"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "div", "%", "mod"], ["^"]].flatMap(
    (operators, strength) => operators.map((operator): [string, number] => [operator, strength]),
  ),
);

const UNARY: ReadonlyMap<string, string> = new Map([
  ["+", "+"],
  ["-", "-"],
  ["~", "~"],
  ["!", "!"],
  ["binary", "binary "],
  ["_binary", "_binary "],
]);

const LITERALS: Partial<Readonly<Record<TokenKind, ValueType>>> = {
  string: "string",
  int: "int",
  float: "float",
  hexnum: "hexnum",
  hex: "hex",
  bit: "bit",
  argument: "argument",
};

/** Functions whose names are keywords, and the kind of expression that each makes. */
const KEYWORD_FUNCTIONS: ReadonlyMap<string, OtherType> = new Map<string, OtherType>([
  ["left", "FuncExpr"],
  ["right", "FuncExpr"],
  ["if", "FuncExpr"],
  ["database", "FuncExpr"],
  ["mod", "FuncExpr"],
  ["replace", "FuncExpr"],
  ["convert", "ConvertExpr"],
  ["cast", "ConvertExpr"],
  ["substr", "SubstrExpr"],
  ["substring", "SubstrExpr"],
  ["match", "MatchExpr"],
  ["group_concat", "GroupConcatExpr"],
  ["values", "ValuesFuncExpr"],
]);

/** Functions that are called without parentheses. */
const CLOCK_FUNCTIONS: ReadonlySet<string> = new Set([
  "current_timestamp",
  "utc_timestamp",
  "utc_time",
  "utc_date",
  "localtime",
  "localtimestamp",
  "current_date",
  "current_time",
]);

/** The tokens that are left, and how a whole expression is parsed: values and expressions contain each other. */
export interface Grammar {
  readonly tokens: TokenStream;
  readonly parseExpr: (grammar: Grammar) => Expr;
}

/** Parses a value; `tail: false` leaves operators that follow it alone. */
export function parseValue(grammar: Grammar, { tail = true }: { readonly tail?: boolean } = {}): Expr {
  return tail ? parseBinary(grammar, 0) : parseOperand(grammar);
}

function parseBinary(grammar: Grammar, weakest: number): Expr {
  let left = parseOperand(grammar);
  for (;;) {
    const { kind, text } = grammar.tokens.current;
    const strength = kind === "op" || kind === "keyword" ? STRENGTHS.get(text) : undefined;
    if (strength === undefined || strength < weakest) return left;
    grammar.tokens.take();
    const right = parseBinary(grammar, strength + 1);
    left = { kind: "other", type: "BinaryExpr", text: `${exprText(left)} ${text} ${exprText(right)}` };
  }
}

function parseOperand(grammar: Grammar): Expr {
  const { kind, text } = grammar.tokens.current;
  const unary = kind === "op" || kind === "keyword" ? UNARY.get(text) : undefined;
  if (unary !== undefined) return parseUnary(grammar, unary);
  let expr = parsePrimary(grammar);
  while (grammar.tokens.skip("collate")) {
    if (grammar.tokens.current.kind !== "name" && grammar.tokens.current.kind !== "string")
      throw grammar.tokens.unexpected();
    const charset = fromByteText(grammar.tokens.take().text);
    expr = { kind: "other", type: "CollateExpr", text: `${exprText(expr)} collate ${charset}` };
  }
  return expr;
}

function parseUnary(grammar: Grammar, operator: string): Expr {
  grammar.tokens.enter();
  const expr = parseOperand(grammar);
  grammar.tokens.leave();
  if (expr.kind === "value" && expr.type === "int" && (operator === "+" || operator === "-")) {
    if (operator === "+") return expr;
    return { ...expr, text: expr.text.startsWith("-") ? expr.text.slice(1) : `-${expr.text}` };
  }
  return { kind: "unary", operator, expr };
}

function parsePrimary(grammar: Grammar): Expr {
  const { kind, text } = grammar.tokens.current;
  const literal = LITERALS[kind];
  if (literal !== undefined) {
    grammar.tokens.take();
    return { kind: "value", type: literal, text: fromByteText(text) };
  }
  if (grammar.tokens.skip("null")) return { kind: "null" };
  if (grammar.tokens.skip("true")) return { kind: "bool", value: true };
  if (grammar.tokens.skip("false")) return { kind: "bool", value: false };
  if (grammar.tokens.at("(")) return parseParens(grammar);
  if (grammar.tokens.at("interval")) return parseInterval(grammar);
  if (grammar.tokens.at("case")) return parseCase(grammar);
  if (kind === "keyword" && CLOCK_FUNCTIONS.has(text)) return parseClock(grammar);
  const type = kind === "keyword" ? KEYWORD_FUNCTIONS.get(text) : undefined;
  if (type !== undefined) {
    grammar.tokens.take();
    if (!grammar.tokens.at("(")) throw grammar.tokens.unexpected();
    return { kind: "other", type, text: `${text}${skipParens(grammar)}` };
  }
  return parseColumn(grammar);
}

function parseParens(grammar: Grammar): Expr {
  grammar.tokens.enter();
  if (grammar.tokens.at("select")) {
    const text = skipToClose(grammar);
    return { kind: "other", type: "Subquery", text: `(${text})` };
  }
  const items = parseList(grammar);
  grammar.tokens.expect(")");
  grammar.tokens.leave();
  const [only] = items;
  return items.length === 1 && only ? { kind: "paren", expr: only } : { kind: "tuple", items };
}

function parseInterval(grammar: Grammar): Expr {
  grammar.tokens.enter();
  const value = parseValue(grammar);
  const unit = grammar.tokens.name();
  grammar.tokens.leave();
  return { kind: "other", type: "IntervalExpr", text: `interval ${exprText(value)} ${unit}` };
}

function parseCase(grammar: Grammar): Expr {
  grammar.tokens.take();
  if (!grammar.tokens.at("when")) grammar.parseExpr(grammar);
  if (!grammar.tokens.at("when")) throw grammar.tokens.unexpected();
  while (grammar.tokens.skip("when")) {
    grammar.parseExpr(grammar);
    grammar.tokens.expect("then");
    grammar.parseExpr(grammar);
  }
  if (grammar.tokens.skip("else")) grammar.parseExpr(grammar);
  grammar.tokens.expect("end");
  return { kind: "other", type: "CaseExpr", text: "case" };
}

function parseClock(grammar: Grammar): Expr {
  const name = grammar.tokens.take().text;
  if (grammar.tokens.at("(")) {
    grammar.tokens.enter();
    grammar.tokens.expect(")");
    grammar.tokens.leave();
  }
  return { kind: "other", type: "FuncExpr", text: `${name}()` };
}

function parseColumn(grammar: Grammar): Expr {
  const path = [grammar.tokens.name()];
  while (path.length < 3 && grammar.tokens.skip(".")) path.push(grammar.tokens.qualifiedName());
  if (path.length < 3 && grammar.tokens.at("(")) {
    return { kind: "other", type: "FuncExpr", text: `${path.join(".")}${parseArguments(grammar)}` };
  }
  const column: Expr = { kind: "column", path };
  const arrow = ["->", "->>"].find((operator) => grammar.tokens.skip(operator));
  if (arrow === undefined) return column;
  const literal = LITERALS[grammar.tokens.current.kind];
  if (literal === undefined && !grammar.tokens.at("null")) throw grammar.tokens.unexpected();
  const text = fromByteText(grammar.tokens.take().text);
  return { kind: "other", type: "BinaryExpr", text: `${exprText(column)} ${arrow} ${text}` };
}

function parseArguments(grammar: Grammar): string {
  grammar.tokens.enter();
  const texts: string[] = [];
  const distinct = grammar.tokens.skip("distinct");
  if (distinct || !grammar.tokens.at(")")) {
    do texts.push(parseArgument(grammar));
    while (grammar.tokens.skip(","));
  }
  grammar.tokens.expect(")");
  grammar.tokens.leave();
  return `(${distinct ? "distinct " : ""}${texts.join(", ")})`;
}

function parseArgument(grammar: Grammar): string {
  if (grammar.tokens.skip("*")) return "*";
  const text = exprText(grammar.parseExpr(grammar));
  if (grammar.tokens.skip("as") || grammar.tokens.atName) grammar.tokens.name();
  return text;
}

/** Parses expressions with commas between. */
export function parseList(grammar: Grammar): Expr[] {
  const items: Expr[] = [];
  do items.push(grammar.parseExpr(grammar));
  while (grammar.tokens.skip(","));
  return items;
}

/** Reads `( … )` without looking into it: functions with a grammar of their own, which no query may use. */
function skipParens(grammar: Grammar): string {
  grammar.tokens.enter();
  return `(${skipToClose(grammar)})`;
}

function skipToClose(grammar: Grammar): string {
  const texts: string[] = [];
  let open = 0;
  while (open > 0 || !grammar.tokens.at(")")) {
    const { kind } = grammar.tokens.current;
    if (kind === "end" || kind === "error") throw grammar.tokens.unexpected();
    if (grammar.tokens.at("(")) open++;
    if (grammar.tokens.at(")")) open--;
    texts.push(fromByteText(grammar.tokens.take().text));
  }
  grammar.tokens.take();
  grammar.tokens.leave();
  return texts.join(" ");
}
