// Reads a query by the grammar of the real server's SQL parser: what it refuses is refused at the same place.
import { toByteText } from "./byte-text.ts";
import { malformed } from "./query-error.ts";
import type { Expr, Query } from "./query-syntax.ts";
import { TokenStream } from "./token-stream.ts";
import { type Grammar, parseList, parseValue } from "./value-parser.ts";

/** The real server puts this in front of what it parses, and counts it in the positions of errors. */
const PREFIX = "select * from table1 ";

/** The real server refuses a tree deeper than this. */
const MAX_DEPTH = 1_000;

/** Blanks as Go trims them. */
const EDGES = /^[\s\u0085]+|[\s\u0085]+$/g;

const COMPARISONS: ReadonlySet<string> = new Set(["=", "<", ">", "<=", ">=", "!=", "<>", "<=>"]);

/**
 * Parses the condition of a list or count: the part of a `SELECT` from `WHERE` on, without that word.
 *
 * @throws {QueryError} when it is no SQL
 */
export function parseQuery(text: string): Query {
  const trimmed = text.replace(EDGES, "");
  const lower = trimmed.toLowerCase();
  const conditional = trimmed !== "" && !lower.startsWith("order by") && !lower.startsWith("group by");
  return parseTail(`${PREFIX}${conditional ? "where " : ""}${trimmed}`);
}

/**
 * Parses a condition that has to be there.
 *
 * @throws {QueryError} when it is no SQL
 */
export function parseCondition(text: string): Query {
  return parseTail(`${PREFIX}where ${text}`);
}

function parseTail(sql: string): Query {
  const bytes = toByteText(sql);
  const tokens = new TokenStream(bytes);
  const grammar: Grammar = { tokens, parseExpr };
  // The words of the prefix, which are always there.
  tokens.expect("select", "*", "from");
  tokens.name();
  const where = tokens.skip("where") ? parseExpr(grammar) : undefined;
  const groupBy: Expr[] = [];
  if (tokens.skip("group")) {
    tokens.expect("by");
    groupBy.push(...parseList(grammar));
  }
  if (tokens.skip("having")) parseExpr(grammar);
  const orderBy = tokens.skip("order") ? parseOrder(grammar) : [];
  const limited = tokens.skip("limit");
  if (limited) parseLimit(grammar);
  if (tokens.skip("for")) tokens.expect("update");
  else if (tokens.skip("lock")) tokens.expect("in", "share", "mode");
  tokens.skip(";");
  if (tokens.current.kind !== "end") throw tokens.unexpected();
  if (where && depthOf(where) + 2 > MAX_DEPTH) throw malformed("max ast depth reached");
  return { where, groupBy, orderBy, limited };
}

function parseOrder(grammar: Grammar): Expr[] {
  grammar.tokens.expect("by");
  const items: Expr[] = [];
  do {
    items.push(parseExpr(grammar));
    if (!grammar.tokens.skip("asc")) grammar.tokens.skip("desc");
  } while (grammar.tokens.skip(","));
  return items;
}

function parseLimit(grammar: Grammar): void {
  parseExpr(grammar);
  if (grammar.tokens.skip(",") || grammar.tokens.skip("offset")) parseExpr(grammar);
}

function parseExpr(grammar: Grammar): Expr {
  let left = parseAnd(grammar);
  while (grammar.tokens.skip("or") || grammar.tokens.skip("||"))
    left = { kind: "or", left, right: parseAnd(grammar) };
  return left;
}

function parseAnd(grammar: Grammar): Expr {
  let left = parseNot(grammar);
  while (grammar.tokens.skip("and") || grammar.tokens.skip("&&"))
    left = { kind: "and", left, right: parseNot(grammar) };
  return left;
}

function parseNot(grammar: Grammar): Expr {
  if (!grammar.tokens.at("not")) return parseIs(grammar);
  grammar.tokens.enter();
  const expr = parseNot(grammar);
  grammar.tokens.leave();
  return { kind: "not", expr };
}

function parseIs(grammar: Grammar): Expr {
  let expr = parsePredicate(grammar);
  while (grammar.tokens.skip("is")) {
    const not = grammar.tokens.skip("not") ? "not " : "";
    const word = ["null", "true", "false"].find((candidate) => grammar.tokens.skip(candidate));
    if (word === undefined) throw grammar.tokens.unexpected();
    expr = { kind: "is", suffix: `is ${not}${word}`, expr };
  }
  return expr;
}

function parsePredicate(grammar: Grammar): Expr {
  if (grammar.tokens.skip("default")) {
    if (grammar.tokens.at("(")) {
      grammar.tokens.enter();
      if (grammar.tokens.current.kind !== "name") throw grammar.tokens.unexpected();
      grammar.tokens.take();
      grammar.tokens.expect(")");
      grammar.tokens.leave();
    }
    return { kind: "other", type: "Default", text: "default" };
  }
  if (grammar.tokens.skip("exists")) {
    const query = parseValue(grammar);
    if (query.kind !== "other" || query.type !== "Subquery") throw grammar.tokens.unexpected();
    return { kind: "other", type: "ExistsExpr", text: `exists ${query.text}` };
  }
  const left = parseValue(grammar);
  const { kind, text } = grammar.tokens.current;
  if (kind === "op" && COMPARISONS.has(text)) {
    grammar.tokens.take();
    return { kind: "comparison", operator: text === "<>" ? "!=" : text, left, right: parseValue(grammar) };
  }
  return parseWordOperator(grammar, left);
}

function parseWordOperator(grammar: Grammar, left: Expr): Expr {
  const negated = grammar.tokens.skip("not");
  const not = negated ? "not " : "";
  if (grammar.tokens.skip("in")) {
    return { kind: "comparison", operator: `${not}in`, left, right: parseTuple(grammar) };
  }
  if (grammar.tokens.skip("between")) {
    const from = parseValue(grammar);
    grammar.tokens.expect("and");
    return { kind: "range", negated, left, from, to: parseValue(grammar) };
  }
  if (grammar.tokens.skip("like")) {
    const right = parseValue(grammar);
    if (grammar.tokens.skip("escape")) parseValue(grammar);
    return { kind: "comparison", operator: `${not}like`, left, right };
  }
  for (const [word, operator] of WORD_OPERATORS) {
    if (grammar.tokens.skip(word)) {
      return { kind: "comparison", operator: `${not}${operator}`, left, right: parseValue(grammar) };
    }
  }
  if (negated) throw grammar.tokens.unexpected();
  return left;
}

const WORD_OPERATORS: readonly (readonly [string, string])[] = [
  ["starts_with", "starts_with"],
  ["regexp", "regexp"],
  ["rlike", "regexp"],
];

function parseTuple(grammar: Grammar): Expr {
  const { kind } = grammar.tokens.current;
  if (kind === "list-argument") return { kind: "other", type: "ListArg", text: grammar.tokens.take().text };
  if (!grammar.tokens.at("(")) throw grammar.tokens.unexpected();
  const right = parseValue(grammar, { tail: false });
  return right.kind === "paren" ? { kind: "tuple", items: [right.expr] } : right;
}

function depthOf(root: Expr): number {
  let deepest = 0;
  const waiting: [Expr, number][] = [[root, 1]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [expr, depth] = next;
    // A column has its name below it.
    deepest = Math.max(deepest, expr.kind === "column" ? depth + 1 : depth);
    for (const child of childrenOf(expr)) waiting.push([child, depth + 1]);
  }
  return deepest;
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "and":
    case "or":
    case "comparison":
      return [expr.left, expr.right];
    case "range":
      return [expr.left, expr.from, expr.to];
    case "not":
    case "paren":
    case "is":
    case "unary":
      return [expr.expr];
    case "tuple":
      return expr.items;
    default:
      return [];
  }
}
