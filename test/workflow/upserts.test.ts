import { expect, test } from "vitest";
import type { PayloadMap } from "../../src/common/payload.ts";
import { commandsOf, failureOf, harness, payload, resultOf, value } from "./vm-harness.ts";

const source = `
  import { defineSearchAttributeKey } from "perdure/common";
  import { defineQuery, setHandler, condition, upsertMemo, upsertSearchAttributes, workflowInfo } from "perdure/workflow";
  const key = (name, type) => defineSearchAttributeKey(name, type);
  const shown = () => {
    const { searchAttributes, typedSearchAttributes } = workflowInfo();
    return { searchAttributes, typed: typedSearchAttributes.getAll() };
  };
  export async function typed() {
    const before = workflowInfo();
    upsertSearchAttributes([
      { key: key("Customer", "KEYWORD"), value: "c-7" },
      { key: key("Paid", "DATETIME"), value: new Date(0) },
      { key: key("Tags", "KEYWORD_LIST"), value: ["a", "b"] },
      { key: key("Stage", "KEYWORD"), value: null },
    ]);
    return { ...shown(), before: before.searchAttributes };
  }
  export async function untyped() {
    upsertSearchAttributes({ Customer: ["Acme"], Count: [3], Paid: [new Date(0)], Stage: [], Gone: undefined, Tags: ["a", "b"] });
    return shown();
  }
  export async function keepsKeyword() {
    upsertSearchAttributes({ Stage: ["packed"] });
    return shown();
  }
  export async function bad(what) {
    if (what === "null") upsertSearchAttributes(null);
    if (what === "type") upsertSearchAttributes([{ key: key("Count", "INT"), value: "x" }]);
    if (what === "list") upsertSearchAttributes({ Customer: "c-7" });
    if (what === "memo") upsertMemo(undefined);
    if (what === "value") upsertMemo({ f: () => 0 });
  }
  export async function memo() {
    upsertMemo({ b: { inner: 1 }, c: null, d: undefined, e: 5 });
    return workflowInfo().memo;
  }
  export async function inQuery() {
    setHandler(defineQuery("change"), () => { upsertMemo({ a: 1 }); });
    setHandler(defineQuery("attributes"), () => { upsertSearchAttributes({}); });
    await condition(() => false);
  }
  export async function reserved() {
    upsertSearchAttributes([{ key: key("TemporalChangeVersion", "KEYWORD_LIST"), value: ["p"] }]);
  }
`;

const stage = {
  searchAttributes: {
    indexedFields: {
      Stage: {
        ...payload("new"),
        metadata: { ...payload("new").metadata, type: new TextEncoder().encode("Keyword") },
      },
    },
  },
};

function values(fields: PayloadMap): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, value(field)]));
}

async function upserted(type: string): Promise<{ fields: PayloadMap; result: unknown }> {
  const { start } = await harness(source);
  const { first } = start(type, { attributes: stage });
  const command = commandsOf(first)[0]!;
  if (command.kind !== "upsertSearchAttributes") throw new Error(command.kind);
  return { fields: command.fields, result: resultOf(first) };
}

test("typed attributes go out with their types and are shown at once", async () => {
  const { fields, result } = await upserted("typed");
  const paid = "1970-01-01T00:00:00.000Z";
  expect(values(fields)).toEqual({ Customer: "c-7", Paid: paid, Tags: ["a", "b"], Stage: null });
  const typeOf = (name: string): string => new TextDecoder().decode(fields[name]?.metadata?.["type"]);
  expect(["Customer", "Paid", "Tags", "Stage"].map(typeOf)).toEqual([
    "Keyword",
    "Datetime",
    "KeywordList",
    "",
  ]);
  expect(result).toEqual({
    before: { Stage: ["new"] },
    searchAttributes: { Customer: ["c-7"], Paid: [paid], Tags: ["a", "b"] },
    typed: [
      { key: { name: "Customer", type: "KEYWORD" }, value: "c-7" },
      { key: { name: "Paid", type: "DATETIME" }, value: paid },
      { key: { name: "Tags", type: "KEYWORD_LIST" }, value: ["a", "b"] },
    ],
  });
});

test("attributes in the older form get the type that suits them; an empty list or undefined takes one away", async () => {
  const { fields, result } = await upserted("untyped");
  const paid = "1970-01-01T00:00:00.000Z";
  expect(values(fields)).toEqual({
    Customer: ["Acme"],
    Count: [3],
    Paid: [paid],
    Stage: [],
    Gone: [],
    Tags: ["a", "b"],
  });
  expect(result).toEqual({
    searchAttributes: { Customer: ["Acme"], Count: [3], Paid: [paid], Tags: ["a", "b"] },
    typed: [
      { key: { name: "Customer", type: "TEXT" }, value: "Acme" },
      { key: { name: "Count", type: "INT" }, value: 3 },
      { key: { name: "Paid", type: "DATETIME" }, value: paid },
      { key: { name: "Tags", type: "KEYWORD_LIST" }, value: ["a", "b"] },
    ],
  });
  expect((await upserted("keepsKeyword")).result).toEqual({
    searchAttributes: { Stage: ["packed"] },
    typed: [{ key: { name: "Stage", type: "KEYWORD" }, value: "packed" }],
  });
});

test("the memo is merged at its first level, and shown at once", async () => {
  const { start } = await harness(source);
  const fields = { a: payload(1), b: payload({ old: true }), c: payload(3) };
  const { first } = start("memo", { attributes: { memo: { fields } } });
  const command = commandsOf(first)[0]!;
  if (command.kind !== "modifyWorkflowProperties") throw new Error(command.kind);
  expect(values(command.memo)).toEqual({ b: { inner: 1 }, c: undefined, d: undefined, e: 5 });
  expect(resultOf(first)).toEqual({ a: 1, b: { inner: 1 }, e: 5 });
});

test.each([
  ["null", /non-null SearchAttributes/],
  ["type", /'Count' is "x" \(string\), which does not suit its type INT/],
  ["list", /'Customer' is "c-7"; in the untyped form it must be an array/],
  ["memo", /non-null Record/],
  ["value", /'f' \(function "f"\) cannot be converted/],
])("a bad argument (%s) fails the task", async (what, message) => {
  const { start } = await harness(source);
  expect(failureOf(start("bad", { args: [what] }).first).message).toMatch(message);
});

test("a query can change neither", async () => {
  const { start } = await harness(source);
  const run = start("inQuery");
  expect(() => run.query("change")).toThrow(/upsertMemo\(\) cannot be used while a query is answered/);
  expect(() => run.query("attributes")).toThrow(/upsertSearchAttributes\(\) cannot be used/);
});

test("the attribute of patches is warned of", async () => {
  const { start, observed } = await harness(source);
  expect(commandsOf(start("reserved").first)[0]).toMatchObject({ kind: "upsertSearchAttributes" });
  const warnings = observed.filter(({ call }) => call.level === "WARN");
  expect(warnings.map(({ call }) => call.message)).toEqual([
    "The search attribute TemporalChangeVersion belongs to patches and cannot be set by workflow code",
  ]);
});
