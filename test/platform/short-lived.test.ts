import { describe, expect, test } from "vitest";
import { Bag } from "../../src/platform/bag.ts";
import { ShortLivedMap } from "../../src/platform/short-lived-map.ts";

/** The same numbers each time, spread well enough. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
}

describe("a map for short lives", () => {
  test("says the same as a Map after any adding, replacing and deleting", () => {
    const next = numbers();
    const ours = new ShortLivedMap<string, object>();
    const theirs = new Map<string, object>();
    for (let step = 0; step < 5_000; step += 1) {
      const key = `key ${next() % 40}`;
      if (next() % 2 === 0) {
        const value = { step };
        ours.set(key, value);
        theirs.set(key, value);
      } else {
        expect(ours.delete(key)).toBe(theirs.delete(key));
      }
      expect(ours.size).toBe(theirs.size);
      expect(ours.get(key)).toBe(theirs.get(key));
      expect(ours.has(key)).toBe(theirs.has(key));
    }
    expect(new Set(ours.values())).toEqual(new Set(theirs.values()));
    ours.clear();
    expect([ours.size, ours.values()]).toEqual([0, []]);
  });

  test("knows nothing but what was put in, whatever the key", () => {
    const map = new ShortLivedMap<string, object>();
    for (const key of ["__proto__", "constructor", "toString"]) {
      expect(map.has(key)).toBe(false);
      const value = {};
      map.set(key, value);
      expect(map.get(key)).toBe(value);
    }
    expect(map.size).toBe(3);
    expect(map.delete("__proto__")).toBe(true);
    expect(map.get("__proto__")).toBe(undefined);
  });
});

describe("a bag", () => {
  test("holds what was added and not removed, each once", () => {
    const next = numbers();
    const bag = new Bag<{ bagIndex: number }>();
    const inside = new Set<object>();
    const all = Array.from({ length: 30 }, () => ({ bagIndex: -1 }));
    for (let step = 0; step < 5_000; step += 1) {
      const member = all[next() % all.length]!;
      if (next() % 2 === 0) {
        bag.add(member);
        inside.add(member);
      } else {
        expect(bag.remove(member)).toBe(inside.delete(member));
      }
      expect(bag.size).toBe(inside.size);
    }
    expect(new Set<object>(bag.members())).toEqual(inside);
    expect(all.every((member) => member.bagIndex >= 0 === inside.has(member))).toBe(true);
  });

  test("gives a list that stays as it is", () => {
    const bag = new Bag<{ bagIndex: number }>();
    const member = { bagIndex: -1 };
    bag.add(member);
    const list = bag.members();
    bag.remove(member);
    expect([list.length, bag.size]).toEqual([1, 0]);
  });
});
