import { expect, test } from "vitest";
import { failuresOfOutput, failuresOfVitest, tellFailures } from "./failures.ts";

test("failed tests of a vitest report are named with file and error", () => {
  const assertionResults = [
    { status: "passed", fullName: "adds" },
    { status: "failed", fullName: "subtracts", failureMessages: ["expected 1 to be 2"] },
  ];
  const report = { testResults: [{ name: "/p/test/a.test.ts", status: "failed", assertionResults }] };
  expect(failuresOfVitest(report, "/p/")).toEqual(["test/a.test.ts: subtracts\nexpected 1 to be 2"]);
});

test("a file that could not be run is a failure too", () => {
  const broken = { name: "/p/b.test.ts", status: "failed", message: "SyntaxError", assertionResults: [] };
  expect(failuresOfVitest({ testResults: [broken] }, "/p/")).toEqual(["b.test.ts\nSyntaxError"]);
});

test("failures are cut out of a runner's output", () => {
  const output =
    "ok   one\nFAIL two\n  at line 3\nok   three\nFAIL four\nwhy\n1 passed, 2 failed, 0 skipped\n";
  expect(failuresOfOutput(output)).toEqual(["FAIL two\n  at line 3", "FAIL four\nwhy"]);
});

test("without a line that says FAIL the end of the output is told", () => {
  const output = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n");
  const [told, ...others] = failuresOfOutput(output);
  expect(others).toEqual([]);
  expect(told?.split("\n").length).toBe(25);
  expect(told).toMatch(/line 99$/);
});

test("long failures and long lists are cut, and say so", () => {
  const long = `name\n${"stack\n".repeat(99)}`;
  const told = tellFailures(
    "unit",
    Array.from({ length: 12 }, () => long),
  );
  expect(told.length).toBe(11);
  expect(told[0]).toMatch(/^FAILED in unit: name\nstack\n/);
  expect(told[0]).toMatch(/\(75 more lines\)$/);
  expect(told[10]).toBe("FAILED in unit: 2 more");
});
