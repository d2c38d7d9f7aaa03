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
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** The entry with the smallest key. */
  get first(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    entry.index = this.#entries.length;
    this.#entries.push(entry);
    this.#up(entry.index);
  }

  /** Takes an entry out; one that is not in is left alone. */
  remove(entry: Entry): void {
    const { index } = entry;
    if (index < 0) return;
    const last = this.#entries.pop();
    entry.index = -1;
    if (last === undefined || last === entry) return;
    this.#put(last, index);
    this.#up(index);
    this.#down(last.index);
  }

  /** Puts an entry whose key has changed where it belongs. */
  moved(entry: Entry): void {
    if (entry.index < 0) return;
    this.#up(entry.index);
    this.#down(entry.index);
  }

  #put(entry: Entry, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }

  #up(from: number): void {
    const entry = this.#entries[from];
    if (entry === undefined) return;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = this.#entries[above];
      if (other === undefined || !before(entry, other)) break;
      this.#put(other, index);
      index = above;
    }
    this.#put(entry, index);
  }

  #down(from: number): void {
    const entry = this.#entries[from];
    if (entry === undefined) return;
    let index = from;
    for (;;) {
      const left = this.#entries[2 * index + 1];
      const right = this.#entries[2 * index + 2];
      if (left === undefined) break;
      const smaller = right !== undefined && before(right, left) ? right : left;
      if (!before(smaller, entry)) break;
      const below = smaller.index;
      this.#put(smaller, index);
      index = below;
    }
    this.#put(entry, index);
  }
}

function before(a: HeapEntry, b: HeapEntry): boolean {
  return a.key < b.key || (a.key === b.key && a.order < b.order);
}
