import { Http2Code, Http2Error } from "./error-codes.ts";
import { HeaderBlock, problemOf } from "./header-block.ts";
import { decodeHuffman } from "./hpack-huffman.ts";
import {
  DEFAULT_TABLE_BYTES,
  ENTRY_OVERHEAD,
  type HeaderField,
  STATIC_LAST,
  STATIC_TABLE,
} from "./hpack-static.ts";

/** More than any integer of HPACK needs here, and far from where bit operations would overflow. */
const MAX_INTEGER_SHIFT = 21;
/** Blocks of up to this many bytes, all of them indices, are remembered. */
const SHORT_BLOCK_BYTES = 6;
const SHORT_BLOCKS = 64;

/**
 * Reads header blocks (RFC 7541).
 *
 * D1: `#bytes` is the size of the entries from `#head` on, and at most `#limit`, which is at most `tableBytes`.
 * D2: every block is read to its end, also one that nobody wants or that is too large: the table must follow the peer's.
 * D3: what `#short` remembers was read with the table as it is: each change of the table empties it.
 * D4: what is collected for one block is bounded by `maxListBytes`, whatever few bytes refer to.
 */
export class HpackDecoder {
  readonly #tableBytes: number;
  readonly #maxListBytes: number;
  /** The dynamic table, the oldest entry first; those before `#head` are gone. */
  #entries: HeaderField[] = [];
  #head = 0;
  #size = 0;
  #limit: number;
  readonly #short = new Map<number, HeaderBlock>();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /**
   * @param maxListBytes the largest list of headers that is kept, each entry counted with 32 bytes more
   * @param tableBytes the SETTINGS_HEADER_TABLE_SIZE that the peer was told
   */
  constructor(maxListBytes: number, tableBytes: number = DEFAULT_TABLE_BYTES) {
    this.#maxListBytes = maxListBytes;
    this.#tableBytes = tableBytes;
    this.#limit = tableBytes;
  }

  /** Reads the block from `start` to `end`; throws Http2Error when the connection cannot go on. */
  decode(bytes: Buffer, start: number, end: number): HeaderBlock {
    const key = shortKey(bytes, start, end);
    if (key !== 0) {
      const known = this.#short.get(key);
      if (known !== undefined) return known;
    }
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    const block = this.#readBlock();
    if (key !== 0) {
      if (this.#short.size >= SHORT_BLOCKS) this.#short.clear();
      this.#short.set(key, block);
    }
    return block;
  }

  #readBlock(): HeaderBlock {
    const fields: HeaderField[] = [];
    let listBytes = 0;
    this.#readSizeUpdates();
    while (this.#at < this.#end) {
      const field = this.#readField();
      listBytes += sizeOf(field);
      if (listBytes <= this.#maxListBytes) fields.push(field);
    }
    return listBytes > this.#maxListBytes
      ? new HeaderBlock(fields, `${listBytes} bytes of headers, more than the ${this.#maxListBytes} allowed`)
      : new HeaderBlock(fields, problemOf(fields));
  }

  /** The table's size may change at the beginning of a block only. */
  #readSizeUpdates(): void {
    while (this.#at < this.#end && (this.#bytes[this.#at]! & 0xe0) === 0x20) {
      const limit = this.#integer(0x1f);
      if (limit > this.#tableBytes) throw broken(`table of ${limit} bytes, more than ${this.#tableBytes}`);
      this.#limit = limit;
      this.#evict(0);
      this.#short.clear();
    }
  }

  #readField(): HeaderField {
    const first = this.#bytes[this.#at]!;
    if (first & 0x80) return this.#entry(this.#integer(0x7f));
    if (first & 0x40) {
      const field = this.#literal(0x3f);
      this.#insert(field);
      return field;
    }
    if (first & 0x20) throw broken("a change of the table's size after a header");
    return this.#literal(0x0f);
  }

  #literal(mask: number): HeaderField {
    const index = this.#integer(mask);
    const name = index === 0 ? this.#string() : this.#entry(index).name;
    return { name, value: this.#string() };
  }

  #entry(index: number): HeaderField {
    if (index <= STATIC_LAST) {
      const field = STATIC_TABLE[index];
      if (field !== undefined) return field;
    } else {
      // The newest entry comes right behind the static table.
      const position = this.#entries.length - (index - STATIC_LAST);
      if (position >= this.#head) return this.#entries[position]!;
    }
    throw broken(`no header with index ${index}`);
  }

  #insert(field: HeaderField): void {
    const size = sizeOf(field);
    this.#short.clear();
    this.#evict(size);
    if (size > this.#limit) return;
    this.#entries.push(field);
    this.#size += size;
  }

  /** Drops the oldest entries until `room` bytes are free, or all are gone. */
  #evict(room: number): void {
    while (this.#size + room > this.#limit && this.#head < this.#entries.length) {
      this.#size -= sizeOf(this.#entries[this.#head]!);
      this.#head += 1;
    }
    if (this.#head > 128 || this.#head === this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  #integer(mask: number): number {
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= MAX_INTEGER_SHIFT; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw broken("an integer too long");
  }

  #string(): string {
    const huffman = this.#at < this.#end && this.#bytes[this.#at]! >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    if (length > this.#end - start) throw broken(`text of ${length} bytes, cut off`);
    this.#at = start + length;
    return huffman
      ? decodeHuffman(this.#bytes, start, this.#at)
      : this.#bytes.toString("latin1", start, this.#at);
  }

  #byte(): number {
    if (this.#at >= this.#end) throw broken("a header cut off");
    return this.#bytes[this.#at++]!;
  }
}

/** A number for a short block of one-byte indices, which alone leave the table as it is; 0 for all others. */
function shortKey(bytes: Buffer, start: number, end: number): number {
  if (end - start > SHORT_BLOCK_BYTES) return 0;
  let key = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < 0x80 || byte === 0xff) return 0;
    key = key * 256 + byte;
  }
  return key;
}

function sizeOf({ name, value }: HeaderField): number {
  return name.length + value.length + ENTRY_OVERHEAD;
}

function broken(what: string): Http2Error {
  return new Http2Error(Http2Code.COMPRESSION_ERROR, `HPACK: ${what}`);
}
