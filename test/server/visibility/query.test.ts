import { describe, expect, test } from "vitest";
import { compileQuery } from "../../../src/server/visibility/query.ts";
import { QueryError } from "../../../src/server/visibility/query-error.ts";

function messageOf(query: string): string {
  try {
    compileQuery(query, {});
    return "fine";
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}

describe("limits of nesting", () => {
  test("199 parentheses are read, 200 are too deep", () => {
    const nested = (depth: number): string => `${"(".repeat(depth)}WorkflowId = 'a'${")".repeat(depth)}`;
    expect(messageOf(nested(199))).toBe("fine");
    // The prefix has 27 bytes, and the next character counts.
    expect(messageOf(nested(200))).toBe("malformed SQL query: max nesting level reached at position 228");
  });

  test("200 NOTs are too deep, and the last is named", () => {
    expect(messageOf(`${"NOT ".repeat(200)}WorkflowId = 'a'`)).toMatch(
      /^malformed SQL query: max nesting level reached at position \d+ near 'not'$/,
    );
  });

  test("a long chain of ANDs is a deep tree", () => {
    const chain = (count: number): string =>
      Array.from({ length: count }, () => "WorkflowId = 'a'").join(" AND ");
    expect(messageOf(chain(900))).toBe("fine");
    expect(messageOf(chain(1_100))).toBe("malformed SQL query: max ast depth reached");
  });

  test("a query of a megabyte is read or refused in reasonable time", () => {
    const values = Array.from({ length: 100_000 }, (_, index) => `'value-${index}'`).join(", ");
    expect(messageOf(`WorkflowId IN (${values})`)).toBe("fine");
    expect(messageOf("'".repeat(1_000_001))).toMatch(/^malformed SQL query: syntax error/);
    expect(messageOf("(".repeat(1_000_000))).toMatch(/^malformed SQL query: max nesting level/);
  });
});

describe("where a query narrows the search", () => {
  test("an id inside an OR or a NOT does not", () => {
    expect(compileQuery("WorkflowId = 'a' OR WorkflowType = 'b'", {}).workflowIds).toBeUndefined();
    expect(compileQuery("NOT WorkflowId = 'a'", {}).workflowIds).toBeUndefined();
    expect(compileQuery("(WorkflowId = 'a') AND NOT WorkflowType = 'b'", {}).workflowIds).toEqual(["a"]);
  });

  test("statuses of both kinds do not", () => {
    expect(compileQuery("ExecutionStatus IN ('Running', 'Failed')", {}).open).toBeUndefined();
    expect(compileQuery("ExecutionStatus IN ('Running', 'Paused')", {}).open).toBe(true);
    expect(compileQuery("ExecutionStatus IN ('Failed', 'Completed')", {}).open).toBe(false);
    expect(compileQuery("ExecutionStatus != 'Running'", {}).open).toBeUndefined();
  });
});

test("a custom search attribute may have the name that schedules have by default", () => {
  const { test: fits } = compileQuery("ScheduleId = 'x'", { Keyword01: "ScheduleId" });
  expect(fits).toBeTypeOf("function");
  expect(compileQuery("ScheduleId = 'x'", { Keyword01: "ScheduleId" }).workflowIds).toBeUndefined();
  expect(compileQuery("ScheduleId = 'x'", {}).workflowIds).toEqual(["x"]);
});
