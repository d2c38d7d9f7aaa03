import { describe, expect, test } from "vitest";
import { decodeUtf8, encodeUtf8, setUtf8Host } from "../../src/converter/sync/utf8.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A small generator of pseudo-random numbers, so that a failure can be seen again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const texts = [
  "",
  "ascii",
  "a".repeat(100),
  "ä",
  "häßlich 🎉",
  "\u{10ffff}\uffff\u07ff\u0800",
  "\ud800",
  "a\udc00b",
  "\ud83c",
  "\ufeffbom",
  `${"🎉".repeat(5000)}x`,
];

describe("without a host", () => {
  test("text becomes the bytes that TextEncoder makes", () => {
    for (const text of texts) expect(encodeUtf8(text)).toEqual(encoder.encode(text));
  });

  test("bytes become the text that TextDecoder makes, a byte order mark kept", () => {
    for (const text of texts) {
      const bytes = encoder.encode(text);
      expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
    }
  });

  test("random text and random bytes, valid or not, come out as with TextEncoder and TextDecoder", () => {
    const next = numbers(7);
    for (let round = 0; round < 3000; round++) {
      const text = String.fromCharCode(...Array.from({ length: next(70) }, () => next(0x10000)));
      expect(encodeUtf8(text)).toEqual(encoder.encode(text));
      const bytes = Uint8Array.from({ length: next(70) }, () =>
        next(3) === 0 ? next(0x80) : 0x80 + next(0x80),
      );
      expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
    }
  });
});

test("a host is asked for what is long or not ASCII, and for nothing else", () => {
  const asked: string[] = [];
  setUtf8Host({
    encode: (text) => {
      asked.push(text);
      return encoder.encode(text);
    },
    decode: (bytes) => decoder.decode(bytes),
  });
  try {
    for (const text of ["short", "ä", "x".repeat(60)]) encodeUtf8(text);
  } finally {
    setUtf8Host(undefined);
  }
  expect(asked).toEqual(["ä", "x".repeat(60)]);
});
