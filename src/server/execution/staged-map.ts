import { SmallMap } from "./small-map.ts";

/**
 * A map whose changes can be taken back: until `commit` they lie beside the map, so that a refused transaction costs what
 * it changed and not what the map holds.
 *
 * @example
 * ```ts
 * map.set("a", 1);
 * map.rollback();
 * map.has("a"); // false
 * ```
 */
export class StagedMap<K, V> {
  // Most maps of most runs are empty: one that holds nothing is not there.
  #base: SmallMap<K, V> | undefined;
  /** Undefined as value: deleted. */
  #staged: Map<K, V | undefined> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    return this.#staged?.has(key) ? this.#staged.get(key) : this.#base?.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (!this.has(key)) this.#size += 1;
    this.#stage(key, value);
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false;
    this.#size -= 1;
    this.#stage(key, undefined);
    return true;
  }

  /** Whether anything changed since the last commit. */
  get changed(): boolean {
    return this.#staged !== undefined;
  }

  /** In the order in which the keys were first set. */
  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  /** In the order in which the keys were first set. */
  *entries(): Generator<[K, V]> {
    const base = this.#base;
    // What is changed meanwhile counts.
    for (const [key, value] of base?.entries() ?? []) {
      const now = this.#staged?.has(key) ? this.#staged.get(key) : value;
      if (now !== undefined) yield [key, now];
    }
    for (const [key, value] of this.#staged ?? []) {
      if (value !== undefined && !base?.has(key)) yield [key, value];
    }
  }

  /** The keys that changed since the last commit. */
  changedKeys(): Iterable<K> {
    return this.#staged?.keys() ?? [];
  }

  commit(): void {
    const staged = this.#staged;
    if (staged === undefined) return;
    const base = this.#base ?? new SmallMap<K, V>();
    for (const [key, value] of staged) {
      if (value === undefined) base.delete(key);
      else base.set(key, value);
    }
    this.#base = base.size > 0 ? base : undefined;
    this.#staged = undefined;
  }

  rollback(): void {
    this.#staged = undefined;
    this.#size = this.#base?.size ?? 0;
  }

  #stage(key: K, value: V | undefined): void {
    this.#staged ??= new Map();
    this.#staged.set(key, value);
  }
}
