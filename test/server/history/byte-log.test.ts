import { describe, expect, test } from "vitest";
import { ByteLog } from "../../../src/server/history/byte-log.ts";

/** Bytes that tell their place. */
function bytesFrom(start: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (start + index) % 251);
}

function filled(lengths: readonly number[]): ByteLog {
  const log = new ByteLog();
  for (const length of lengths) log.append(bytesFrom(log.length, length));
  return log;
}

describe("a log of bytes", () => {
  test.each([
    ["one chunk", [3, 5, 7]],
    ["a chunk that grows", Array.from({ length: 50 }, () => 200)],
    ["many chunks", Array.from({ length: 300 }, (_, index) => 100 + index)],
    ["long and short ones", [100, 40_000, 10, 20_000, 16_384, 1]],
  ])("gives back any part: %s", (_, lengths) => {
    const log = filled(lengths);
    expect(log.length).toBe(lengths.reduce((sum, length) => sum + length, 0));
    const places = [0, 1, 3, 100, 16_383, 16_384, 16_385, 40_100, log.length - 1, log.length];
    for (const from of places) {
      for (const to of places) {
        if (from > to || to > log.length) continue;
        expect(log.slice(from, to)).toEqual(bytesFrom(from, to - from));
      }
    }
  });

  test("leaves views as they are when it goes on", () => {
    const log = filled([10]);
    const view = log.slice(2, 5);
    for (let count = 0; count < 1_000; count += 1) log.append(bytesFrom(log.length, 50));
    expect(view).toEqual(bytesFrom(2, 3));
  });
});
