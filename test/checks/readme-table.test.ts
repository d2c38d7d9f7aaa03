import { expect, test } from "vitest";
import { COLUMNS } from "../conformance/columns.ts";
import { readmes } from "../conformance/readme-table.ts";
import { readReport, recordedVerdict } from "../conformance/report.ts";
import { knownFailure } from "../conformance/verdicts.ts";

const report = readReport();

test("README's table is what report.json says (else: npx tsx test/conformance/readme-table.ts)", () => {
  const { present, wanted } = readmes();
  expect(present).toBe(wanted);
});

test("report.json has no column that is no more", () => {
  const names = COLUMNS.map(({ name }) => name);
  for (const [name, { verdicts }] of Object.entries(report.columns)) {
    expect(names).toContain(name);
    expect(verdicts.length).toBe(report.scenarios.length);
  }
});

test("what was recorded as failing is known to fail, and nothing else is", () => {
  const wrong = COLUMNS.flatMap((column) =>
    report.scenarios.flatMap((scenario) => {
      const verdict = recordedVerdict(report, column, scenario);
      const isKnown = knownFailure(column, scenario) !== undefined;
      const fits = verdict === "+" ? !isKnown : verdict === "k" ? isKnown : "/.?".includes(verdict);
      return fits ? [] : [`${column.name}: ${scenario}: ${verdict}`];
    }),
  );
  expect(wrong).toEqual([]);
});
