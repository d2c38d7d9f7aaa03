import { DEFAULT_TABLE_BYTES, ENTRY_OVERHEAD, STATIC_LAST, STATIC_TABLE } from "./hpack-static.ts";

/** One header of a request. */
export interface RequestField {
  readonly name: string;
  /** One character per byte. */
  readonly value: string;
  /** Whether it is likely to be sent again, and worth an entry in the table. */
  readonly repeated: boolean;
}

/** The headers of a request, prepared to be sent many times. */
export class HeaderList {
  readonly fields: readonly RequestField[];
  /** Size as HTTP/2 counts it. */
  readonly bytes: number;
  /** The block as it was last encoded, by whom, and with which state of its table. */
  encoded: Buffer | undefined = undefined;
  encodedBy: HpackEncoder | undefined = undefined;
  encodedWith = 0;

  constructor(fields: readonly RequestField[]) {
    this.fields = fields;
    this.bytes = fields.reduce(
      (sum, { name, value }) => sum + name.length + value.length + ENTRY_OVERHEAD,
      0,
    );
  }
}

interface Entry {
  readonly key: string;
  readonly size: number;
}

/** Indices of the static table, by name and value, and by name alone. */
const STATIC_BY_KEY: ReadonlyMap<string, number> = new Map(
  STATIC_TABLE.flatMap((field, index) => (field ? [[keyOf(field.name, field.value), index] as const] : [])),
);
const STATIC_BY_NAME: ReadonlyMap<string, number> = new Map(
  STATIC_TABLE.flatMap((field, index) => (field ? [[field.name, index] as const] : [])).reverse(),
);

/**
 * Writes header blocks (RFC 7541), without Huffman codes: what is sent often is sent as an index.
 *
 * E1: the table changes only together with a block that says so, and blocks are sent in the order in which they are encoded.
 * E2: `#version` grows with each change of the table; a block encoded under the present version, which changed nothing
 *     when it was encoded, may be sent again as it is.
 * E3: `#size` is at most `#limit`, which is at most what the peer allows.
 */
export class HpackEncoder {
  readonly #maxBytes: number;
  /** The dynamic table, the oldest entry first; those before `#head` are gone. */
  #entries: Entry[] = [];
  #head = 0;
  /** By key, the number of an entry among all that were ever inserted. */
  readonly #numbers = new Map<string, number>();
  #inserted = 0;
  #size = 0;
  #limit: number;
  #version = 0;
  /** The smallest limit since the last block, when the peer is still to be told. */
  #lowest: number | undefined;

  constructor(maxBytes: number = DEFAULT_TABLE_BYTES) {
    this.#maxBytes = maxBytes;
    this.#limit = maxBytes;
  }

  /** Follows the peer's SETTINGS_HEADER_TABLE_SIZE. */
  allow(bytes: number): void {
    const limit = Math.min(bytes, this.#maxBytes);
    if (limit === this.#limit) return;
    this.#lowest = Math.min(this.#lowest ?? limit, limit);
    this.#limit = limit;
    this.#version += 1;
    this.#evict(0);
  }

  /** The block for a list of headers; it must be the next that is sent. */
  encode(list: HeaderList): Buffer {
    if (list.encodedBy === this && list.encodedWith === this.#version && list.encoded) return list.encoded;
    const parts: Buffer[] = [];
    const before = this.#version;
    if (this.#lowest !== undefined) this.#writeLimits(this.#lowest, parts);
    for (const field of list.fields) parts.push(this.#encodeField(field));
    const block = Buffer.concat(parts);
    const unchanged = before === this.#version;
    list.encoded = unchanged ? block : undefined;
    list.encodedBy = unchanged ? this : undefined;
    list.encodedWith = this.#version;
    return block;
  }

  #writeLimits(lowest: number, parts: Buffer[]): void {
    this.#lowest = undefined;
    this.#version += 1;
    if (lowest < this.#limit) parts.push(integer(0x20, 0x1f, lowest));
    parts.push(integer(0x20, 0x1f, this.#limit));
  }

  #encodeField({ name, value, repeated }: RequestField): Buffer {
    const key = keyOf(name, value);
    const index = STATIC_BY_KEY.get(key) ?? this.#indexOf(key);
    if (index !== undefined) return integer(0x80, 0x7f, index);
    const size = name.length + value.length + ENTRY_OVERHEAD;
    // One entry that would push out most others costs more than it saves.
    if (!repeated || size > this.#limit / 2) return literalField(name, value);
    const nameIndex = STATIC_BY_NAME.get(name);
    this.#insert({ key, size });
    return Buffer.concat([
      integer(0x40, 0x3f, nameIndex ?? 0),
      nameIndex === undefined ? text(name) : Buffer.alloc(0),
      text(value),
    ]);
  }

  #indexOf(key: string): number | undefined {
    const number = this.#numbers.get(key);
    return number === undefined ? undefined : STATIC_LAST + this.#inserted - number;
  }

  #insert(entry: Entry): void {
    this.#version += 1;
    this.#evict(entry.size);
    this.#entries.push(entry);
    this.#numbers.set(entry.key, this.#inserted);
    this.#inserted += 1;
    this.#size += entry.size;
  }

  #evict(room: number): void {
    while (this.#size + room > this.#limit && this.#head < this.#entries.length) {
      const oldest = this.#entries[this.#head]!;
      this.#size -= oldest.size;
      this.#numbers.delete(oldest.key);
      this.#head += 1;
    }
    if (this.#head > 128) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** A header spelt out, which leaves no trace in any table. */
export function literalField(name: string, value: string): Buffer {
  const index = STATIC_BY_NAME.get(name) ?? 0;
  const head = integer(0x00, 0x0f, index);
  return Buffer.concat(index === 0 ? [head, text(name), text(value)] : [head, text(value)]);
}

function keyOf(name: string, value: string): string {
  return `${name}\0${value}`;
}

function text(value: string): Buffer {
  return Buffer.concat([integer(0x00, 0x7f, value.length), Buffer.from(value, "latin1")]);
}

/** An integer in the low bits of a first byte, whose high bits are `pattern`, and as many bytes as it needs. */
function integer(pattern: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.from([pattern | value]);
  const bytes = [pattern | mask];
  let rest = value - mask;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
