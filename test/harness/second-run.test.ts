import { expect, test } from "vitest";
import { COLUMNS } from "../conformance/columns.ts";
import { MOST_RACED, secondRun } from "../conformance/second-run.ts";
import type { Outcome } from "../conformance/table.ts";
import type { Result } from "../conformance/verdicts.ts";

const [column] = COLUMNS;

function outcome(...results: readonly Result[]): Outcome {
  return { column: column!, seconds: 1, version: "1", scenarios: results.map(({ name }) => name), results };
}

const good = (name: string): Result => ({ name, ok: true, ms: 1 });
const bad = (name: string, error = "differs"): Result => ({ name, ok: false, ms: 1, error });

test("what passes the second time has raced, and is named with its first error", async () => {
  const asked: (readonly string[])[] = [];
  const { outcomes, raced } = await secondRun([outcome(good("a"), bad("b"), bad("c"))], async (_, names) => {
    asked.push(names);
    return [good("b"), bad("c", "differs again")];
  });
  expect(asked).toEqual([["b", "c"]]);
  expect(outcomes[0]?.results).toEqual([good("a"), good("b"), bad("c")]);
  expect(raced).toEqual([`${column?.name}: b passed when it ran again; at first: differs`]);
});

test("nothing runs again where nothing failed, where too much did, or where something is not installed", async () => {
  const many = Array.from({ length: MOST_RACED + 1 }, (_, index) => bad(`s${index}`));
  const missing: Result = { name: "m", ok: false, ms: 0, missing: "not installed" };
  for (const results of [[good("a")], many, [missing]]) {
    const first = [outcome(...results)];
    const { outcomes, raced } = await secondRun(first, () => Promise.reject(new Error("it ran again")));
    expect(outcomes).toEqual(first);
    expect(raced).toEqual([]);
  }
});

test("a runner that does not start the second time leaves the first result", async () => {
  const { outcomes, raced } = await secondRun([outcome(bad("b"))], async () => [
    bad("(start of the runner)"),
  ]);
  expect(outcomes[0]?.results).toEqual([bad("b")]);
  expect(raced).toEqual([]);
});
