import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** How many bugs there are to know. */
const BUGS = 65;
const tests = new URL("../", import.meta.url);

interface Row {
  readonly number: number;
  readonly bug: string;
  readonly shownBy: readonly { readonly file: string; readonly title: string }[];
  readonly seen: string;
}

const rows = readFileSync(new URL("known-bugs.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line): Row => {
    const [, number = "", bug = "", shownBy = "", seen = ""] = line.split("|").map((cell) => cell.trim());
    const named = shownBy.split("<br>").map((entry) => {
      const [, file = "", title = ""] = /^`([\w/-]+)`: (.+)$/.exec(entry) ?? [];
      return { file, title };
    });
    return { number: Number(number), bug, shownBy: named, seen };
  });

describe("bugs that an engine written anew tends to have", () => {
  test("each has one row, with tests and with what broke them", () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: BUGS }, (_, at) => at + 1));
    const incomplete = rows.filter(({ bug, shownBy, seen }) => !bug || !seen || shownBy.length === 0);
    expect(incomplete).toEqual([]);
  });

  test.each(rows)("$number: $bug", ({ shownBy }) => {
    expect(shownBy.filter((named) => !isThere(named))).toEqual([]);
  });
});

/** Whether a file has a test with this title, which asserts something. */
function isThere({ file, title }: Row["shownBy"][number]): boolean {
  const path = new URL(`${file}.test.ts`, tests);
  if (file === "" || title === "" || !existsSync(path)) return false;
  const [, behind] = readFileSync(path, "utf8").split(`"${title}",`);
  // A test's own lines: up to the next one.
  const body = behind?.split(/\n {0,2}(?:test|describe)[.(]/)[0] ?? "";
  return /expect|check|replays/.test(body);
}
