import { expect, test } from "vitest";
import { SmallMap } from "../../../src/server/execution/small-map.ts";

test("a small map does what a map does, also when it grows and while it is gone through", () => {
  const small = new SmallMap<string, number[]>();
  const map = new Map<string, number[]>();
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let step = 0; step < 2_000; step += 1) {
    const key = `k${random(step < 1_000 ? 6 : 20)}`;
    if (random(3) === 0) {
      small.delete(key);
      map.delete(key);
    } else {
      small.set(key, [step]);
      map.set(key, [step]);
    }
    expect([...small.entries()]).toEqual([...map]);
    expect([small.size, small.has(key), small.get(key)]).toEqual([map.size, map.has(key), map.get(key)]);
  }
  small.clear();
  small.set("a", [1]);
  small.set("b", [2]);
  for (const key of small.keys()) small.delete(key);
  expect([...small.values()]).toEqual([]);
});
