import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const MISTAKES = Array.from({ length: 65 }, (_, at) => at + 1);

const rows = read("test/core/known-bugs.md")
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [, number, mistake = "", title = "", file = ""] = line.split("|").map((cell) => cell.trim());
    return { number: Number(number), mistake, title, file: file.replaceAll("`", "") };
  });

test("each mistake has a row", () => {
  expect([...new Set(rows.map(({ number }) => number))]).toEqual(MISTAKES);
  expect(rows.filter(({ mistake }) => mistake === "")).toEqual([]);
});

test("each row names a test that is there", () => {
  const files = new Map([...new Set(rows.map(({ file }) => file))].map((file) => [file, read(file)]));
  const isThere = ({ title, file }: { title: string; file: string }): boolean =>
    title.length > 8 && files.get(file)?.includes(title) === true;
  expect(rows.filter((row) => !isThere(row))).toEqual([]);
});
