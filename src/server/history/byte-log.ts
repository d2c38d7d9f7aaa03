// Invariants
// B1. What was appended once lies together, in one chunk.
// B2. Bytes that are in are never written again: views of them stay true. A chunk that grows is copied.

/** A chunk that would be longer than this is not copied into a longer one: another is begun. */
const CHUNK_BYTES = 16 * 1024;
const NOTHING = new Uint8Array(0);

interface Chunk {
  readonly bytes: Uint8Array;
  /** Place of its first byte in the log. */
  readonly start: number;
}

/**
 * Bytes to which others are appended. Short ones take little more room than they are long.
 *
 * @example
 * ```ts
 * const log = new ByteLog();
 * log.append(new Uint8Array([1, 2]));
 * log.slice(1, 2); // [2]
 * ```
 */
export class ByteLog {
  /** All chunks but the last; most logs have none. */
  #full: Chunk[] | undefined;
  /** The last chunk; from `#length` on it is free. */
  #last: Uint8Array = NOTHING;
  #lastStart = 0;
  #length = 0;

  /** How many bytes were appended. */
  get length(): number {
    return this.#length;
  }

  /** Appends bytes, which must not be changed afterwards. */
  append(bytes: Uint8Array): void {
    const used = this.#length - this.#lastStart;
    const needed = used + bytes.length;
    if (used === 0) this.#last = bytes;
    else if (needed <= this.#last.length) this.#last.set(bytes, used);
    else if (needed <= CHUNK_BYTES) {
      const larger = new Uint8Array(Math.min(CHUNK_BYTES, 2 * needed));
      larger.set(this.#last.subarray(0, used));
      larger.set(bytes, used);
      this.#last = larger;
    } else {
      this.#full ??= [];
      this.#full.push({ bytes: this.#last, start: this.#lastStart });
      this.#lastStart = this.#length;
      this.#last = bytes;
      // The next ones of its kind are to find room.
      if (bytes.length < CHUNK_BYTES / 2) {
        this.#last = new Uint8Array(CHUNK_BYTES);
        this.#last.set(bytes);
      }
    }
    this.#length += bytes.length;
  }

  /** Bytes from one place to another (not included): a view where they lie together. */
  slice(from: number, to: number): Uint8Array {
    if (from >= this.#lastStart) return this.#last.subarray(from - this.#lastStart, to - this.#lastStart);
    const full = this.#full ?? [];
    let index = lastBefore(full, from);
    if (to <= this.#endOf(index)) return this.#view(index, from, to);
    const all = new Uint8Array(to - from);
    for (let at = from; at < to; index += 1) {
      const end = Math.min(to, this.#endOf(index));
      all.set(this.#view(index, at, end), at - from);
      at = end;
    }
    return all;
  }

  /** Where the chunk of an index ends; the last one's index is the number of the others. */
  #endOf(index: number): number {
    const count = this.#full?.length ?? 0;
    if (index >= count) return this.#length;
    return this.#full?.[index + 1]?.start ?? this.#lastStart;
  }

  #view(index: number, from: number, to: number): Uint8Array {
    const { bytes, start } = this.#full?.[index] ?? { bytes: this.#last, start: this.#lastStart };
    return bytes.subarray(from - start, to - start);
  }
}

/** Index of the last chunk that starts at a place or before. */
function lastBefore(chunks: readonly Chunk[], place: number): number {
  let low = 0;
  let high = chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunks[middle]?.start ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
