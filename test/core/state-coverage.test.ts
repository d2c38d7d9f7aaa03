import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { MachineKind } from "../../src/core/machine.ts";

/**
 * Each table of states must be named by a test that fails when a transition of it was never taken (`untaken` in the files beside
 * this one). Here nobody can forget a table: what is printed is the sum.
 */
const machines = new URL("../../src/core/machines/", import.meta.url);
const sources = await Promise.all(
  readdirSync(machines).map(
    async (name) => (await import(new URL(name, machines).href)) as Readonly<Record<string, unknown>>,
  ),
);

interface Found {
  readonly variable: string;
  readonly kind: MachineKind<string, unknown>;
}

function isKind(value: unknown): value is MachineKind<string, unknown> {
  return typeof value === "object" && value !== null && "table" in value && "initial" in value;
}

const tables: readonly Found[] = sources.flatMap((module) =>
  Object.entries(module).flatMap(([variable, kind]) => (isKind(kind) ? [{ variable, kind }] : [])),
);

const here = new URL("./", import.meta.url);
const tests = readdirSync(here)
  .filter((name) => name.endsWith(".test.ts") && name !== "state-coverage.test.ts")
  .map((name) => ({ name, text: readFileSync(new URL(name, here), "utf8") }));

/** The tables whose transitions a test file must have taken: the arguments of its `transitions.of`. */
function checkedBy(text: string): readonly string[] {
  const given = [...text.matchAll(/transitions\.of\(([^)]*)\)/g)].flatMap(
    ([, list]) => list?.match(/\w+/g) ?? [],
  );
  if (!/expect\([\w.()]*untaken\)\.toEqual\(\[\]\)/.test(text)) return [];
  return given.map((name) => name.replace(/Kind$/, ""));
}

test("every table of states is covered whole by the tests of some file", () => {
  const covered = new Map(tables.map(({ variable }) => [variable, [] as string[]]));
  for (const { name, text } of tests) {
    for (const variable of checkedBy(text)) covered.get(variable)?.push(name);
  }
  const rows = tables.map(({ variable, kind }) => {
    const transitions = Object.values(kind.table).reduce((sum, row) => sum + Object.keys(row).length, 0);
    const where = covered.get(variable)?.join(", ") || "NOWHERE";
    return `${kind.name.padEnd(28)} ${String(transitions).padStart(3)} transitions, all taken in ${where}`;
  });
  process.stdout.write(`${rows.join("\n")}\n`);
  expect(tables.length).toBeGreaterThanOrEqual(16);
  expect([...covered].filter(([, files]) => files.length === 0).map(([variable]) => variable)).toEqual([]);
});
