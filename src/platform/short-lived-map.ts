/**
 * A map for entries that come and go with calls and tasks.
 *
 * V8's `Map` links each table that it outgrows (by deleted entries, too) to its successor. Once one of them is in the old generation,
 * every later one is kept by its dead predecessor, with the entries that it had when it was outgrown, until the next full garbage
 * collection: with entries that live for milliseconds, a Node worker carried a third of its garbage into the old generation, and V8
 * doubled its young generation for it. Records with deleted keys have tables without such links.
 *
 * S1: `#size` is the number of keys of `#entries`.
 *
 * @example
 * ```ts
 * const streams = new ShortLivedMap<number, string>();
 * streams.set(1, "open");
 * streams.delete(1); // true
 * ```
 */
export class ShortLivedMap<K extends string | number, V extends object> {
  #entries: Record<K, V | undefined> = Object.create(null);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    return this.#entries[key];
  }

  has(key: K): boolean {
    return this.#entries[key] !== undefined;
  }

  set(key: K, value: V): void {
    if (this.#entries[key] === undefined) this.#size += 1;
    this.#entries[key] = value;
  }

  /** Returns whether it was there. */
  delete(key: K): boolean {
    if (this.#entries[key] === undefined) return false;
    delete this.#entries[key];
    this.#size -= 1;
    return true;
  }

  /** All values as they are now; takes time that grows with their number. */
  values(): V[] {
    return Object.values(this.#entries);
  }

  clear(): void {
    this.#entries = Object.create(null);
    this.#size = 0;
  }
}
