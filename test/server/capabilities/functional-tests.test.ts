import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");
const readme = read("../../src/server/README.md");
const RECORDS = readdirSync(new URL("recorded/", folder));
const NUMBERS = Array.from({ length: 45 }, (_, at) => at + 1);

/** A behaviour that tests of the real server fix, and what shows it here. */
interface Proof {
  readonly row: number;
  readonly behaviour: string;
  /** A record, a test, or `RPC`. */
  readonly where: string;
  /** Name of a scenario, a request, a test or an RPC. */
  readonly name: string;
  readonly says: RegExp;
}

/** Cells may have `\|` in them. */
const proofs = read("functional-tests.md")
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line): Proof => {
    const cells = line.split(/(?<!\\)\|/).map((cell) =>
      cell
        .trim()
        .replaceAll("\\|", "|")
        .replace(/^`(.*)`$/, "$1"),
    );
    const [, row = "", behaviour = "", where = "", name = "", says = ""] = cells;
    return { row: Number(row), behaviour, where, name, says: new RegExp(says) };
  });

/** Number of the row and what its tests fix. */
const rows = [...readme.matchAll(/^\| (\d+) \| `[^|]+` \| ([^|]+) \|/gm)].map(
  ([, number = "", fix = ""]) => [Number(number), fix] as const,
);

describe("the real server's own tests", () => {
  test("each row of them is listed once, and shown", () => {
    expect(rows.map(([number]) => number)).toEqual(NUMBERS);
    expect([...new Set(proofs.map(({ row }) => row))]).toEqual(NUMBERS);
  });

  test.each(rows)("row %i (%s): what they fix is so here too", (number) => {
    const own = proofs.filter(({ row }) => row === number);
    expect(own.length).toBeGreaterThan(0);
    const unshown = own.filter((proof) => {
      const words = wordsOf(proof);
      return words === "" || !proof.says.test(words);
    });
    expect(unshown.map(({ where, name, says }) => `${where}, ${name}: ${says}`)).toEqual([]);
  });
});

test("what the real server said is more than 2,500 steps", () => {
  const logs = RECORDS.flatMap((record) => Object.values(recorded(`recorded/${record}`)));
  const steps = logs.reduce((sum: number, log) => sum + (Array.isArray(log) ? log.length : 1), 0);
  expect(steps).toBeGreaterThan(2_500);
});

/** What is said where the proof points; nothing when there is no such place. */
function wordsOf({ where, name }: Proof): string {
  if (where === "RPC") return unimplemented().includes(`\`${name}\``) ? name : "";
  if (where.startsWith("recorded/")) return wordsOfLog(recorded(where)[name]);
  const [, behind = ""] = read(where).split(`test("${name}"`);
  // A test's own lines: up to the next one.
  const body = behind.split(/\n {0,2}(?:test|describe)[.(]/)[0] ?? "";
  return /expect\(/.test(body) ? body : "";
}

/** The RPCs of which `rpcs.test.ts` finds that they answer UNIMPLEMENTED with their names. */
function unimplemented(): string {
  return readme.slice(readme.indexOf("Answering UNIMPLEMENTED"), readme.indexOf("## What it lacks"));
}

/** Each step and each event of a scenario on a line of its own; an answer as it is. */
function wordsOfLog(log: unknown): string {
  if (log === undefined) return "";
  if (!Array.isArray(log)) return JSON.stringify(log);
  const lines = log.flatMap((entry: { readonly answer?: unknown }) => {
    const { answer, ...rest } = entry;
    if (!Array.isArray(answer)) return [JSON.stringify(entry)];
    const events = answer.map((event: unknown) =>
      typeof event === "string" ? event : JSON.stringify(event),
    );
    return [JSON.stringify(rest), ...events];
  });
  return lines.join("\n");
}

/** The scenarios, or the answers, of a record. */
function recorded(path: string): Readonly<Record<string, unknown>> {
  const { scenarios, answers } = JSON.parse(read(path)) as {
    readonly scenarios?: Readonly<Record<string, unknown>>;
    readonly answers?: Readonly<Record<string, unknown>>;
  };
  return scenarios ?? answers ?? {};
}
