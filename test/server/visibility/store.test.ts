import { describe, expect, test } from "vitest";
import { compileQuery } from "../../../src/server/visibility/query.ts";
import type { VisibilityRow } from "../../../src/server/visibility/visibility.ts";
import type { RowPlace } from "../../../src/server/visibility/visibility-entry.ts";
import { VisibilityStore } from "../../../src/server/visibility/visibility-store.ts";
import { jsonPayload } from "./population.ts";

const namespace = "store";

function row(index: number, changes: Partial<VisibilityRow> = {}): VisibilityRow {
  const id = String(index).padStart(6, "0");
  return {
    namespace,
    workflowId: `workflow-${id}`,
    runId: `run-${id}`,
    workflowType: index % 2 === 0 ? "even" : "odd",
    taskQueue: "q",
    status: 1,
    startTimeMs: 1_000_000 + index,
    executionTimeMs: 1_000_000 + index,
    closeTimeMs: undefined,
    historyLength: 3,
    historySizeBytes: 100,
    stateTransitionCount: 2,
    memo: undefined,
    searchAttributes: {},
    parentWorkflowId: undefined,
    parentRunId: undefined,
    rootWorkflowId: `workflow-${id}`,
    rootRunId: `run-${id}`,
    ...changes,
  };
}

function closedRow(index: number): VisibilityRow {
  return row(index, { status: 2, closeTimeMs: 2_000_000 + index });
}

function ids(store: VisibilityStore, query = "", limit = 1_000): string[] {
  const { rows } = store.list(namespace, compileQuery(query, {}), { limit, after: undefined });
  return rows.map(({ runId }) => runId);
}

describe("the order of lists", () => {
  test("open runs come first, then the newest close time, then the newest start, then the one that came last", () => {
    const store = new VisibilityStore();
    store.put(closedRow(1));
    store.put(row(2));
    store.put(row(4, { startTimeMs: 5 }));
    store.put(closedRow(5));
    store.put(row(3, { startTimeMs: 5 }));
    expect(ids(store)).toEqual(["run-000002", "run-000003", "run-000004", "run-000005", "run-000001"]);
  });

  test("a run that closes moves, one that changes stays, one that is removed is gone", () => {
    const store = new VisibilityStore();
    for (let index = 0; index < 3; index++) store.put(row(index));
    store.put(row(2, { workflowType: "changed" }));
    expect(ids(store)).toEqual(["run-000002", "run-000001", "run-000000"]);
    expect(ids(store, "WorkflowType = 'changed'")).toEqual(["run-000002"]);
    store.put(closedRow(2));
    expect(ids(store)).toEqual(["run-000001", "run-000000", "run-000002"]);
    store.remove(namespace, "run-000001");
    expect(ids(store)).toEqual(["run-000000", "run-000002"]);
    expect(ids(store, "WorkflowId = 'workflow-000001'")).toEqual([]);
  });

  test("a search attribute that changes is found by its new value", () => {
    const store = new VisibilityStore();
    const slots = { Int01: "Amount" };
    const count = (query: string): number => store.count(namespace, compileQuery(query, slots));
    store.put(row(1, { searchAttributes: { Amount: jsonPayload(1) } }));
    expect([count("Amount = 1"), count("Amount = 2")]).toEqual([1, 0]);
    store.put(row(1, { searchAttributes: { Amount: jsonPayload(2) } }));
    expect([count("Amount = 1"), count("Amount = 2")]).toEqual([0, 1]);
  });

  test("an integer beyond 2^53 is compared whole", () => {
    const store = new VisibilityStore();
    const data = new TextEncoder().encode("9007199254740993");
    store.put(row(1, { searchAttributes: { Amount: { ...jsonPayload(1), data } } }));
    const count = (query: string): number => store.count(namespace, compileQuery(query, { Int01: "Amount" }));
    expect(count("Amount = 9007199254740993")).toBe(1);
    expect(count("Amount = 9007199254740992")).toBe(0);
    expect(count("Amount > 9007199254740992")).toBe(1);
  });
});

describe("pages", () => {
  test("what was there all the time is listed once, whatever comes, closes and goes meanwhile", () => {
    const store = new VisibilityStore();
    for (let index = 0; index < 2_000; index++) store.put(index % 3 === 0 ? closedRow(index) : row(index));
    const steady = new Set(ids(store, "", 5_000).filter((_, position) => position % 2 === 0));
    const seen: string[] = [];
    let after: RowPlace | undefined;
    let next = 10_000;
    do {
      const page = store.list(namespace, compileQuery("", {}), { limit: 50, after });
      seen.push(...page.rows.map(({ runId }) => runId));
      after = page.next;
      const victim = ids(store, "", 5_000).find((id) => !steady.has(id) && !seen.includes(id));
      if (victim) store.remove(namespace, victim);
      const closing = seen.find((id) => !steady.has(id) && id.startsWith("run-0015"));
      if (closing) store.put(closedRow(Number(closing.slice(4))));
      store.put(row(next++));
    } while (after);
    expect(seen.filter((id) => steady.has(id))).toHaveLength(steady.size);
    expect(new Set(seen.filter((id) => steady.has(id))).size).toBe(steady.size);
  });

  test("a full page has a next place even when nothing follows", () => {
    const store = new VisibilityStore();
    for (let index = 0; index < 4; index++) store.put(row(index));
    const query = compileQuery("", {});
    const first = store.list(namespace, query, { limit: 4, after: undefined });
    expect(first.next).toBeDefined();
    const second = store.list(namespace, query, { limit: 4, after: first.next });
    expect(second).toEqual({ rows: [], next: undefined });
  });

  test("the page after a place in the middle of a workflow's runs goes on from there", () => {
    const store = new VisibilityStore();
    for (let index = 0; index < 5; index++) store.put({ ...closedRow(index), workflowId: "one" });
    const query = compileQuery("WorkflowId = 'one'", {});
    const first = store.list(namespace, query, { limit: 2, after: undefined });
    const rest = store.list(namespace, query, { limit: 10, after: first.next });
    expect(rest.rows.map(({ runId }) => runId)).toEqual(["run-000002", "run-000001", "run-000000"]);
  });
});

describe("100,000 rows", () => {
  const store = new VisibilityStore();
  for (let index = 0; index < 100_000; index++) store.put(index % 2 === 0 ? closedRow(index) : row(index));

  function tests(query: string, limit: number): number {
    const compiled = compileQuery(query, {});
    let tested = 0;
    const counting = {
      ...compiled,
      test: (entry: Parameters<typeof compiled.test>[0]) => {
        tested++;
        return compiled.test(entry);
      },
    };
    store.list(namespace, counting, { limit, after: undefined });
    return tested;
  }

  test("a page looks at as many rows as it lists", () => {
    expect(tests("", 100)).toBe(100);
    expect(tests("ExecutionStatus = 'Completed'", 100)).toBe(100);
    expect(tests("CloseTime IS NOT NULL AND WorkflowType = 'even'", 100)).toBe(100);
  });

  test("a workflow or a run is found without looking at others", () => {
    expect(tests("WorkflowId = 'workflow-050000'", 100)).toBe(1);
    expect(tests("WorkflowId IN ('workflow-050000', 'workflow-050001')", 100)).toBe(2);
    expect(tests("RunId = 'run-099999' AND ExecutionStatus = 'Running'", 100)).toBe(1);
  });

  test("open and closed runs are counted by their own lists", () => {
    expect(store.count(namespace, compileQuery("ExecutionStatus = 'Running'", {}))).toBe(50_000);
    expect(store.count(namespace, compileQuery("NOT ExecutionStatus = 'Running'", {}))).toBe(50_000);
    const groups = store.groups(namespace, compileQuery("GROUP BY ExecutionStatus", {}));
    expect(groups).toEqual([
      { value: 1, count: 50_000 },
      { value: 2, count: 50_000 },
    ]);
  });
});

test("namespaces do not see each other's runs", () => {
  const store = new VisibilityStore();
  store.put(row(1));
  store.put({ ...row(1), namespace: "other" });
  store.removeNamespace("other");
  expect(store.count("other", compileQuery("", {}))).toBe(0);
  expect(ids(store)).toEqual(["run-000001"]);
});
