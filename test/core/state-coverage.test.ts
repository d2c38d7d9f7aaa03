import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { MachineKind } from "../../src/core/machine.ts";
import { sumUp, transitionName } from "../harness/state-coverage.ts";

/**
 * Tells the runner all transitions that there are (`test/harness/state-coverage.ts` prints, per table, those never taken by any
 * test, and fails `npm test` if one has no reason here). The tests beside this one fail by themselves when a transition of
 * their own tables was not taken (`untaken`).
 */
const reasons: Readonly<Record<string, string>> = {};

const machines = new URL("../../src/core/machines/", import.meta.url);
const sources = await Promise.all(
  readdirSync(machines).map(
    async (name) => (await import(new URL(name, machines).href)) as Readonly<Record<string, unknown>>,
  ),
);

function isKind(value: unknown): value is MachineKind<string, unknown> {
  return typeof value === "object" && value !== null && "table" in value && "initial" in value;
}

const kinds = sources.flatMap((module) => Object.values(module).filter(isKind));
const tables = Object.fromEntries(
  kinds.map(({ name, table }) => [
    name,
    Object.entries(table).flatMap(([from, row]) =>
      Object.keys(row).map((input) => transitionName(name, from, input)),
    ),
  ]),
);

test("every file of machines has a table, and no two have one name", ({ task }) => {
  task.file.meta.machineTables = { tables, reasons };
  expect(kinds.length).toBeGreaterThanOrEqual(16);
  expect(sources.filter((module) => !Object.values(module).some(isKind))).toEqual([]);
  expect(Object.keys(tables)).toHaveLength(kinds.length);
});

test("the sum names what no test takes, and wants a reason for it", () => {
  const own = { tables: { Timer: ["Timer.New.go", "Timer.Gone.go"] }, reasons: {} };
  expect(sumUp(own, new Set(["Timer.New.go"]))).toEqual({
    lines: [
      "Timer                      2 transitions,   1 taken",
      "  never taken: Timer.Gone.go: NO REASON",
      "1 tables, 2 transitions, 1 never taken",
    ],
    failures: ["no test takes Timer.Gone.go, and no reason is given"],
  });
  const excused = sumUp({ ...own, reasons: { "Timer.Gone.go": "late" } }, new Set(["Timer.New.go"]));
  expect(excused.failures).toEqual([]);
  expect(excused.lines[1]).toBe("  never taken: Timer.Gone.go: late");
});

test("reasons that are no longer true fail, and so does a transition of no table", () => {
  const own = {
    tables: { Timer: ["Timer.New.go"] },
    reasons: { "Timer.New.go": "late", "Timer.Old.go": "" },
  };
  expect(sumUp(own, new Set(["Timer.New.go", "Clock.New.go"])).failures).toEqual([
    "Timer.New.go has a reason not to be taken and is taken",
    "Timer.Old.go has a reason and is in no table",
    "Clock.New.go was taken and is in no table",
  ]);
});
