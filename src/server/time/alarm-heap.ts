/** An entry that knows where it stands, so that it can be taken out. */
export interface HeapEntry {
  /** Smaller comes first; of equal ones the one with the smaller `order`. */
  key: number;
  order: number;
  /** -1: not in a heap. */
  index: number;
}

/**
 * A binary heap out of which any entry can be taken in O(log n).
 *
 * @example
 * ```ts
 * heap.push(entry);
 * heap.remove(entry);
 * ```
 */
export class AlarmHeap<Entry extends HeapEntry> {
  /** Made with its first entry: most heaps ever hold one, and an array that grows by itself begins with room for many. */
  #entries: Entry[] | undefined;

  get size(): number {
    return this.#entries?.length ?? 0;
  }

  /** The entry with the smallest key. */
  get first(): Entry | undefined {
    return this.#entries?.[0];
  }

  push(entry: Entry): void {
    if (this.#entries === undefined) {
      entry.index = 0;
      this.#entries = [entry];
      return;
    }
    entry.index = this.#entries.length;
    this.#entries.push(entry);
    this.#up(this.#entries, entry);
  }

  /** Takes an entry out; one that is not in is left alone. */
  remove(entry: Entry): void {
    const { index } = entry;
    const entries = this.#entries;
    if (index < 0 || entries === undefined) return;
    const last = entries.pop();
    entry.index = -1;
    if (last !== undefined && last !== entry) {
      last.index = index;
      entries[index] = last;
      this.#up(entries, last);
      this.#down(entries, last);
    }
    // What is left of a longer list has no room to spare.
    if (entries.length <= 1) this.#entries = entries.length === 0 ? undefined : entries.slice();
  }

  /** Puts an entry whose key has changed where it belongs. */
  moved(entry: Entry): void {
    if (entry.index < 0 || this.#entries === undefined) return;
    this.#up(this.#entries, entry);
    this.#down(this.#entries, entry);
  }

  #up(entries: Entry[], entry: Entry): void {
    let { index } = entry;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = entries[above];
      if (other === undefined || !comesBefore(entry, other)) break;
      entries[index] = other;
      other.index = index;
      index = above;
    }
    entries[index] = entry;
    entry.index = index;
  }

  #down(entries: Entry[], entry: Entry): void {
    let { index } = entry;
    for (;;) {
      const left = entries[2 * index + 1];
      const right = entries[2 * index + 2];
      if (left === undefined) break;
      const smaller = right !== undefined && comesBefore(right, left) ? right : left;
      if (!comesBefore(smaller, entry)) break;
      const below = smaller.index;
      entries[index] = smaller;
      smaller.index = index;
      index = below;
    }
    entries[index] = entry;
    entry.index = index;
  }
}

/** Whether one entry stands before another. */
export function comesBefore(
  a: Pick<HeapEntry, "key" | "order">,
  b: Pick<HeapEntry, "key" | "order">,
): boolean {
  return a.key < b.key || (a.key === b.key && a.order < b.order);
}
