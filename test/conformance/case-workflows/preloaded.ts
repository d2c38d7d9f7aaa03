/** Polyfills that change prototypes which runs share: they are preloaded, and complete before any run begins. */
import { condition, defineQuery, defineSignal, setHandler, sleep } from "perdure/workflow";

export const proceed = defineSignal("proceed");
export const hasBegun = defineQuery<boolean>("hasBegun");

interface Polyfilled {
  readonly Map: { groupBy<T, K>(items: T[], key: (item: T) => K): Map<K, T[]> };
  readonly Iterator: {
    from(items: Iterable<number>): { map(by: (item: number) => number): { toArray(): number[] } };
  };
}
interface PolyfilledMap extends Map<string, string> {
  getOrInsert(key: string, value: string): string;
}
interface PolyfilledSet extends Set<string> {
  union(other: Set<string>): Set<string>;
  isSubsetOf(other: Set<string>): boolean;
}

/** Uses polyfills of maps, sets and iterators before and after a wait. */
export async function usesLibrary(_library: string, name: string): Promise<unknown> {
  let told = false;
  setHandler(proceed, () => {
    told = true;
  });
  setHandler(hasBegun, () => true);
  const map = new Map() as PolyfilledMap;
  const first = map.getOrInsert("owner", name);
  await condition(() => told);
  await sleep(10);
  const { Map: MapWith, Iterator } = globalThis as unknown as Polyfilled;
  const set = new Set(["a", name]) as PolyfilledSet;
  return [
    first,
    map.getOrInsert("owner", "another"),
    [...set.union(new Set(["z"]))],
    set.isSubsetOf(new Set(["a", "b", name])),
    [...MapWith.groupBy([1, 2, 3], (item) => (item % 2 ? "odd" : "even"))],
    Iterator.from([1, 2].values())
      .map((item) => item * 10)
      .toArray(),
    typeof (Map.prototype as { owner?: unknown }).owner,
  ];
}
