import { describe, expect, test } from "vitest";
import { randomnessSeed } from "../../src/core/seed.ts";

describe("randomness seed", () => {
  test.each([
    ["019e93d9-da0e-70d6-9f43-888c2c8d3988", 2190767061165566105n],
    ["248fbeda-b1fd-4901-9dbc-7c9c34273875", 6825236360251141404n],
  ])("of run id %s is what the official SDK computes", (runId, seed) => {
    expect(randomnessSeed(runId)).toBe(seed);
  });

  test("takes any text, of any length, as UTF-8", () => {
    const texts = ["", "a", "1234567", "12345678", "é", "日本", "🙂", "🙂🙂"];
    const seeds = texts.map(randomnessSeed);
    expect(new Set(seeds).size).toBe(texts.length);
    for (const seed of seeds) expect(seed >= 0n && seed < 1n << 64n).toBe(true);
  });
});
