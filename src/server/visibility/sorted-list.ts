// Invariants
// S1. Chunks are in order and none is empty; within a chunk items are in order. No two items compare as equal.
// S2. Adding and removing moves at most one chunk's items.

const MAX_CHUNK = 512;

/** A list that stays sorted while items come and go, and can be read from any place. */
export class SortedList<Item> {
  readonly #compare: (a: Item, b: Item) => number;
  readonly #chunks: Item[][] = [];
  #size = 0;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  add(item: Item): void {
    this.#size++;
    const chunk = this.#chunks[Math.min(this.#chunkFor(item), this.#chunks.length - 1)];
    if (chunk === undefined) {
      this.#chunks.push([item]);
      return;
    }
    chunk.splice(this.#placeIn(chunk, item), 0, item);
    if (chunk.length > MAX_CHUNK) {
      const upper = chunk.splice(MAX_CHUNK / 2);
      this.#chunks.splice(this.#chunks.indexOf(chunk) + 1, 0, upper);
    }
  }

  /** Takes out the item that compares as equal; does nothing if there is none. */
  remove(item: Item): void {
    const index = this.#chunkFor(item);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return;
    const place = this.#placeIn(chunk, item);
    const found = chunk[place];
    if (found === undefined || this.#compare(found, item) !== 0) return;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(index, 1);
    this.#size--;
  }

  /** The items in order: all, or those from the first that is not before `start`. The list must not change meanwhile. */
  *items(start?: Item): IterableIterator<Item> {
    let index = start === undefined ? 0 : this.#chunkFor(start);
    const first = this.#chunks[index];
    let place = first === undefined || start === undefined ? 0 : this.#placeIn(first, start);
    for (; index < this.#chunks.length; index++, place = 0) {
      const chunk = this.#chunks[index] ?? [];
      for (; place < chunk.length; place++) yield chunk[place] as Item;
    }
  }

  /** The first chunk whose last item is not before `item`; the number of chunks if there is none. */
  #chunkFor(item: Item): number {
    return firstIndex(this.#chunks.length, (index) => {
      const chunk = this.#chunks[index] ?? [];
      return this.#compare(chunk[chunk.length - 1] as Item, item) >= 0;
    });
  }

  #placeIn(chunk: readonly Item[], item: Item): number {
    return firstIndex(chunk.length, (index) => this.#compare(chunk[index] as Item, item) >= 0);
  }
}

/** The first index for which `holds`, when it holds for all after it as well. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
