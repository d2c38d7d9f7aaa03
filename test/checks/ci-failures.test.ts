import { describe, expect, test } from "vitest";
import { failuresText, listedFailures, printedFailures, vitestFailures } from "../harness/failures.ts";

describe("the failures at the end of npm test", () => {
  test("of vitest's report: each failed test, and each file that could not be run", () => {
    const report = {
      testResults: [
        {
          name: "/repo/test/a.test.ts",
          status: "failed",
          message: "",
          assertionResults: [
            { fullName: "a passes", status: "passed", failureMessages: [] },
            { fullName: "a fails", status: "failed", failureMessages: ["Error: no\n    at a"] },
          ],
        },
        { name: "/repo/test/b.test.ts", status: "failed", message: "cannot import", assertionResults: [] },
        { name: "/repo/test/c.test.ts", status: "passed", message: "", assertionResults: [] },
      ],
    };
    expect(vitestFailures(report)).toEqual([
      { name: "/repo/test/a.test.ts: a fails", text: "Error: no\n    at a" },
      { name: "/repo/test/b.test.ts", text: "cannot import" },
    ]);
    expect(vitestFailures({})).toEqual([]);
  });

  test("of a report with a list", () => {
    const failures = [{ name: "node: one", text: "failed: why" }];
    expect(listedFailures({ failures })).toEqual(failures);
    expect(listedFailures({})).toEqual([]);
  });

  test("of a program's output: what it names, each with what it says of it", () => {
    const output =
      "ok   first\nFAIL second\nError: x\n    at y\nok   third\nmore\nFAILED: replays: z\n2 passed, 2 failed, 0 skipped\n";
    expect(printedFailures("faults", output)).toEqual([
      { name: "faults: FAIL second", text: "Error: x\n    at y" },
      { name: "faults: FAILED: replays: z", text: "" },
    ]);
  });

  test("of a program's output that names none: its last lines", () => {
    const lines = Array.from({ length: 60 }, (_, at) => `line ${at}`);
    const [failure] = printedFailures("fuzz", `${lines.join("\n")}\n`);
    expect(failure).toEqual({ name: "fuzz", text: lines.slice(-25).join("\n") });
    expect(printedFailures("fuzz", "")[0]?.text).toContain("nothing");
  });

  test("are told in a bounded number of lines, without the folder of the repository", () => {
    const long = Array.from({ length: 100 }, (_, at) => `${at} ${"x".repeat(1000)}`).join("\n");
    const failures = Array.from({ length: 100 }, (_, at) => ({ name: `/repo/test/${at}`, text: long }));
    const lines = failuresText(failures, "/repo/").split("\n");
    expect(lines[0]).toBe("FAILED test/0");
    expect(lines[26]).toBe("    (75 more lines)");
    expect(lines[27]).toBe("FAILED test/1");
    expect(lines.at(-2)).toBe("FAILED test/39");
    expect(lines.at(-1)).toBe("FAILED 60 more");
    expect(lines).toHaveLength(10 * 27 + 30 + 1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(310);
  });
});
