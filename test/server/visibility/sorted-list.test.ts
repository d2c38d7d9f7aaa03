import { expect, test } from "vitest";
import { SortedList } from "../../../src/server/visibility/sorted-list.ts";

/** A small generator of numbers, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

test.each([1, 2, 3])("behaves as a sorted array (seed %i)", (seed) => {
  const next = numbers(seed);
  const list = new SortedList<number>((a, b) => a - b);
  const model = new Set<number>();
  for (let step = 0; step < 20_000; step++) {
    const value = next() % 5_000;
    const grows = step < 12_000 ? next() % 3 > 0 : next() % 3 === 0;
    if (grows && !model.has(value)) {
      list.add(value);
      model.add(value);
    } else if (!grows) {
      list.remove(value);
      model.delete(value);
    }
    if (step % 1_000 === 0) {
      const sorted = [...model].sort((a, b) => a - b);
      expect([...list.items()]).toEqual(sorted);
      const start = next() % 5_000;
      expect([...list.items(start)]).toEqual(sorted.filter((item) => item >= start));
      expect(list.size).toBe(sorted.length);
    }
  }
});
