import { describe, expect, test } from "vitest";
import { timestampFromJson } from "../../src/gen/codec/google/protobuf/timestamp.json.ts";

/** What the grammar of RFC 3339 and `Date` make of a text. */
function expected(text: string): { seconds: bigint; nanos: number } | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const ms = Date.parse(`${match?.[1]}${match?.[3]}`);
  // The first year of a Timestamp is 1.
  if (Number.isNaN(ms) || ms < -62_135_596_800_000) return undefined;
  return { seconds: BigInt(ms / 1000), nanos: Number((match?.[2] ?? "").padEnd(9, "0")) };
}

function read(text: string): { seconds: bigint; nanos: number } | undefined {
  try {
    const { seconds, nanos } = timestampFromJson(text);
    return { seconds, nanos };
  } catch {
    return undefined;
  }
}

/** A sequence that is the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("times in JSON", () => {
  test("each second's text is read as `Date` reads it, with any number of digits", () => {
    const below = numbers(7);
    for (let round = 0; round < 5_000; round++) {
      const ms = Date.UTC(1, 0, 1) + below(2 ** 31) * 124_000;
      const digits = String(below(10 ** 9))
        .padStart(9, "0")
        .slice(0, below(10));
      const text = `${new Date(ms).toISOString().slice(0, 19)}${digits === "" ? "" : `.${digits}`}Z`;
      expect(read(text), text).toEqual(expected(text));
    }
  });

  test("what is nearly a time is refused or read as it would be without the short way", () => {
    const below = numbers(11);
    const signs = "0123456789-:.TZ+ tz";
    const texts = ["2026-01-31T12:00:00Z", "2026-11-23T10:33:41.5Z", "0001-01-01T00:00:00.000000001Z"];
    for (let round = 0; round < 20_000; round++) {
      const text = texts[below(texts.length)] ?? "";
      const at = below(text.length);
      const changed = text.slice(0, at) + signs[below(signs.length)] + text.slice(at + below(2));
      expect(read(changed), changed).toEqual(expected(changed));
    }
    for (const text of ["2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:00:60Z", "", "Z"])
      expect(read(text), text).toEqual(expected(text));
  });
});
