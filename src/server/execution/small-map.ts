// Invariants
// S1. Up to `FEW` entries are a list of keys and values in turn, which is replaced and never changed, so that the map may
//     change while somebody goes through it; more of them are a `Map`.

const FEW = 4;
const NONE: readonly never[] = [];

/**
 * A map for one entry or two, of which it takes half the room that a `Map` does; with more it becomes one.
 *
 * @example
 * ```ts
 * const map = new SmallMap<string, number>();
 * map.set("a", 1);
 * ```
 */
export class SmallMap<K, V> {
  #few: readonly (K | V)[] = NONE;
  #many: Map<K, V> | undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.length / 2;
  }

  get(key: K): V | undefined {
    if (this.#many !== undefined) return this.#many.get(key);
    const at = this.#at(key);
    // A value stands behind each key.
    return at < 0 ? undefined : (this.#few[at + 1] as V);
  }

  has(key: K): boolean {
    return this.#many === undefined ? this.#at(key) >= 0 : this.#many.has(key);
  }

  set(key: K, value: V): void {
    if (this.#many !== undefined) {
      this.#many.set(key, value);
      return;
    }
    const at = this.#at(key);
    if (at >= 0) this.#few = this.#few.with(at + 1, value);
    else if (this.#few.length === 0) this.#few = [key, value];
    else if (this.#few.length < 2 * FEW) this.#few = this.#few.concat([key, value]);
    else {
      this.#many = new Map(this.entries()).set(key, value);
      this.#few = NONE;
    }
  }

  delete(key: K): void {
    this.#many?.delete(key);
    const at = this.#at(key);
    if (at >= 0) this.#few = this.#few.toSpliced(at, 2);
  }

  clear(): void {
    this.#few = NONE;
    this.#many = undefined;
  }

  /** In the order in which the keys were first set. */
  *entries(): Generator<[K, V]> {
    if (this.#many !== undefined) {
      yield* this.#many;
      return;
    }
    const few = this.#few;
    // Keys and values take turns.
    for (let at = 0; at < few.length; at += 2) yield [few[at] as K, few[at + 1] as V];
  }

  *keys(): Generator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  #at(key: K): number {
    const few = this.#few;
    for (let at = 0; at < few.length; at += 2) if (few[at] === key) return at;
    return -1;
  }
}
