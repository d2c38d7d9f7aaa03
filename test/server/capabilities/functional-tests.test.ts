import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = new URL("../", import.meta.url);
const readme = readFileSync(new URL("../../../src/server/README.md", import.meta.url), "utf8");
/** Number of the row, what the tests fix, and where that is tested here. */
const rows = [...readme.matchAll(/^\| (\d+) \| `[^|]+` \| ([^|]+) \| ([^|]+) \|$/gm)];

describe("the real server's own tests", () => {
  test("each row of them is listed once", () => {
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 45 }, (_, at) => at + 1));
  });

  test.each(rows.map(([, number = "", fix = "", places = ""]) => [number, fix, places] as const))(
    "row %s (%s) is tested where it says",
    (_number, _fix, places) => {
      const files = [...places.matchAll(/`([^`]+)`/g)].map(([, file]) => `${file}.ts`);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) expect(existsSync(new URL(file, folder)), file).toBe(true);
    },
  );
});
