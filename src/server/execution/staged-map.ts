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
  readonly #base: Map<K, V> = new Map();
  /** Undefined as value: deleted. */
  readonly #staged: Map<K, V | undefined> = new Map();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    return this.#staged.has(key) ? this.#staged.get(key) : this.#base.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (!this.has(key)) this.#size += 1;
    this.#staged.set(key, value);
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false;
    this.#size -= 1;
    this.#staged.set(key, undefined);
    return true;
  }

  /** Whether anything changed since the last commit. */
  get changed(): boolean {
    return this.#staged.size > 0;
  }

  /** In the order in which the keys were first set. */
  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  /** In the order in which the keys were first set. */
  *entries(): Generator<[K, V]> {
    for (const [key, value] of this.#base) {
      if (!this.#staged.has(key)) yield [key, value];
      else {
        const staged = this.#staged.get(key);
        if (staged !== undefined) yield [key, staged];
      }
    }
    for (const [key, value] of this.#staged) {
      if (value !== undefined && !this.#base.has(key)) yield [key, value];
    }
  }

  /** The keys that changed since the last commit. */
  changedKeys(): IterableIterator<K> {
    return this.#staged.keys();
  }

  commit(): void {
    for (const [key, value] of this.#staged) {
      if (value === undefined) this.#base.delete(key);
      else this.#base.set(key, value);
    }
    this.#staged.clear();
  }

  rollback(): void {
    this.#staged.clear();
    this.#size = this.#base.size;
  }
}
