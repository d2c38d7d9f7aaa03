// Invariants
// 1. `pos` may run past a limit while a varint is read; every message and every list loop ends by comparing `pos` with its
//    own end, and every end is at most the end of what encloses it. So reading past the end always throws, and no byte
//    needs a check of its own.
// 2. Lengths are checked against the buffer before anything is sliced or allocated.
import { CodecError } from "./codec-error.ts";
import { decodeUtf8 } from "./text.ts";

/** How bytes are decoded. */
export interface DecodeOptions {
  /** Keep fields that this version of the API does not know (in `$unknown`), so that `encodeX` writes them back. Default false. */
  readonly unknownFields?: boolean | undefined;
}

/** How deep messages may be nested. */
export const MAX_DEPTH = 100;
const SHORT_STRING = 48;
/** By length, filled anew for each string: nothing else is alive while one is in use. */
const codesOf: number[][] = [];
const SMALL_BIGINTS = 2048;
const smallBigints: bigint[] = [];
const TWO_32 = 4294967296n;

/** Reads protobuf's wire format. Byte fields are views into the given bytes, not copies. */
export class Reader {
  pos = 0;
  readonly buf: Uint8Array;
  readonly len: number;
  readonly #keepUnknown: boolean;
  #view: DataView | undefined;
  #lo = 0;
  #hi = 0;

  constructor(bytes: Uint8Array, options?: DecodeOptions) {
    if (!(bytes instanceof Uint8Array)) {
      // Another realm's Uint8Array (a vm context) fails instanceof, though it is one.
      if (Object.prototype.toString.call(bytes) !== "[object Uint8Array]") {
        throw new CodecError("INVALID_VALUE", `expected a Uint8Array to decode, got ${typeof bytes}`);
      }
    }
    this.buf = bytes;
    this.len = bytes.length;
    this.#keepUnknown = options?.unknownFields === true;
  }

  /** The next tag: field number and wire type as one number. */
  tag(): number {
    const b = this.buf[this.pos]!;
    if (b < 0x80) {
      this.pos += 1;
      return b;
    }
    const start = this.pos;
    const tag = this.uint32();
    if (this.pos - start > 5 || (this.pos - start === 5 && this.buf[this.pos - 1]! > 0x0f)) {
      throw this.#fail("MALFORMED", "tag does not fit in 32 bits", start);
    }
    return tag;
  }

  /** Reads a length and returns where what follows ends; never past `limit`. */
  end(limit: number): number {
    const b = this.buf[this.pos]!;
    let length = b;
    if (b < 0x80) {
      this.pos += 1;
    } else {
      this.#varint();
      length = this.#hi === 0 ? this.#lo >>> 0 : Number.POSITIVE_INFINITY;
    }
    const end = this.pos + length;
    // Written so that NaN (no byte at all) fails too.
    if (!(end <= limit)) throw this.#fail("TRUNCATED", "length reaches over the end", this.pos);
    return end;
  }

  /** Messages are nested deeper than allowed. */
  tooDeep(message: string): never {
    throw new CodecError("TOO_DEEP", `messages nested deeper than ${MAX_DEPTH}, at ${message}`, {
      message,
      offset: this.pos,
    });
  }

  /** A message or list did not end where its length said. */
  overrun(end: number, message: string): never {
    throw new CodecError("TRUNCATED", `a field of ${message} reaches over its end`, { message, offset: end });
  }

  uint32(): number {
    let b = this.buf[this.pos++]!;
    if (b < 0x80) return b;
    let value = b & 0x7f;
    b = this.buf[this.pos++]!;
    value |= (b & 0x7f) << 7;
    if ((b & 0x80) === 0) return value;
    this.pos -= 2;
    this.#varint();
    return this.#lo >>> 0;
  }

  int32(): number {
    return this.uint32() | 0;
  }

  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  bool(): boolean {
    const b = this.buf[this.pos]!;
    if (b < 0x80) {
      this.pos += 1;
      return b !== 0;
    }
    this.#varint();
    return this.#lo !== 0 || this.#hi !== 0;
  }

  uint64(): bigint {
    this.#varint();
    return this.#hi === 0 ? unsigned(this.#lo) : join(this.#hi >>> 0, this.#lo >>> 0);
  }

  int64(): bigint {
    this.#varint();
    return this.#hi === 0 ? unsigned(this.#lo) : join(this.#hi | 0, this.#lo >>> 0);
  }

  sint64(): bigint {
    const value = this.uint64();
    return (value >> 1n) ^ -(value & 1n);
  }

  fixed32(): number {
    const at = this.#take(4);
    return this.#data().getUint32(at, true);
  }

  sfixed32(): number {
    const at = this.#take(4);
    return this.#data().getInt32(at, true);
  }

  float(): number {
    const at = this.#take(4);
    return this.#data().getFloat32(at, true);
  }

  double(): number {
    const at = this.#take(8);
    return this.#data().getFloat64(at, true);
  }

  fixed64(): bigint {
    const at = this.#take(8);
    return this.#data().getBigUint64(at, true);
  }

  sfixed64(): bigint {
    const at = this.#take(8);
    return this.#data().getBigInt64(at, true);
  }

  /** A view into the bytes that are read: it lives as long as they do and changes when they do. */
  bytes(): Uint8Array {
    const end = this.end(this.len);
    const start = this.pos;
    this.pos = end;
    return this.buf.subarray(start, end);
  }

  string(): string {
    const end = this.end(this.len);
    const start = this.pos;
    this.pos = end;
    const buf = this.buf;
    if (end - start > SHORT_STRING) return this.#utf8(start, end);
    const codes = scratch(end - start);
    for (let i = start; i < end; i++) {
      const b = buf[i]!;
      if (b > 0x7f) return this.#utf8(start, end);
      codes[i - start] = b;
    }
    return String.fromCharCode.apply(null, codes);
  }

  /** Skips a field that the message does not have, or has with another wire type; keeps it if asked to. */
  skip(tag: number, message: { $unknown?: Uint8Array | undefined } | undefined, depth: number): void {
    const from = this.pos;
    this.#skip(tag, depth - 1);
    if (!this.#keepUnknown || message === undefined) return;
    // A tag may have been padded, so it is written anew in its canonical form.
    const head = tagBytes(tag);
    const before = message.$unknown ?? new Uint8Array(0);
    const kept = new Uint8Array(before.length + head.length + this.pos - from);
    kept.set(before, 0);
    kept.set(head, before.length);
    kept.set(this.buf.subarray(from, this.pos), before.length + head.length);
    message.$unknown = kept;
  }

  #skip(tag: number, depth: number): void {
    const field = tag >>> 3;
    if (field === 0) throw this.#fail("MALFORMED", "field number 0", this.pos);
    switch (tag & 7) {
      case 0:
        this.#varint();
        return;
      case 1:
        this.#take(8);
        return;
      case 2:
        this.pos = this.end(this.len);
        return;
      case 3:
        this.#skipGroup(field, depth);
        return;
      case 5:
        this.#take(4);
        return;
      default:
        throw this.#fail("MALFORMED", `field ${field} with wire type ${tag & 7}`, this.pos);
    }
  }

  #skipGroup(field: number, depth: number): void {
    if (depth <= 0) throw this.#fail("TOO_DEEP", `groups nested deeper than ${MAX_DEPTH}`, this.pos);
    for (;;) {
      if (this.pos >= this.len) throw this.#fail("TRUNCATED", "group without end", this.pos);
      const tag = this.tag();
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== field)
          throw this.#fail("MALFORMED", `group ${field} ended as ${tag >>> 3}`, this.pos);
        return;
      }
      this.#skip(tag, depth - 1);
    }
  }

  #utf8(start: number, end: number): string {
    try {
      return decodeUtf8(this.buf.subarray(start, end));
    } catch (cause) {
      throw new CodecError("INVALID_UTF8", `a string of ${end - start} bytes is not UTF-8`, {
        offset: start,
        cause,
      });
    }
  }

  /** Reads up to ten bytes into `#lo` and `#hi`. */
  #varint(): void {
    const buf = this.buf;
    let lo = 0;
    let b = 0x80;
    for (let shift = 0; b & 0x80 && shift < 28; shift += 7) {
      b = buf[this.pos++]!;
      lo |= (b & 0x7f) << shift;
    }
    let hi = 0;
    if (b & 0x80) {
      b = buf[this.pos++]!;
      lo |= (b & 0x0f) << 28;
      hi = (b & 0x70) >> 4;
      for (let shift = 3; b & 0x80 && shift <= 31; shift += 7) {
        b = buf[this.pos++]!;
        hi |= (b & 0x7f) << shift;
      }
      if (b & 0x80) throw this.#fail("MALFORMED", "varint longer than ten bytes", this.pos);
    }
    this.#lo = lo;
    this.#hi = hi;
  }

  #take(size: number): number {
    const at = this.pos;
    this.pos = at + size;
    if (this.pos > this.len) throw this.#fail("TRUNCATED", `${size} bytes wanted, ${this.len - at} left`, at);
    return at;
  }

  #data(): DataView {
    this.#view ??= new DataView(this.buf.buffer, this.buf.byteOffset, this.buf.byteLength);
    return this.#view;
  }

  #fail(code: "MALFORMED" | "TRUNCATED" | "TOO_DEEP", what: string, offset: number): CodecError {
    return new CodecError(code, `${what} (byte ${offset} of ${this.len})`, { offset });
  }
}

/** A generated reader of one message: from `pos` to `end`, at most `depth` messages deep, merged into `into` if given. */
export type ReadMessage<Message> = (reader: Reader, end: number, depth: number, into?: Message) => Message;

/** Decodes whole bytes; errors say of which message. Behind every `decodeM`. */
export function decodeWith<Message>(
  read: ReadMessage<Message>,
  message: string,
  bytes: Uint8Array,
  options: DecodeOptions | undefined,
): Message {
  const reader = new Reader(bytes, options);
  try {
    return read(reader, reader.len, MAX_DEPTH);
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new CodecError(cause.code, `cannot decode ${message}: ${cause.message}`, {
      message: cause.messageName ?? message,
      offset: cause.offset,
      cause,
    });
  }
}

function scratch(length: number): number[] {
  const known = codesOf[length];
  if (known !== undefined) return known;
  while (codesOf.length <= length) codesOf.push(new Array<number>(codesOf.length));
  return codesOf[length]!;
}

/** Event ids and attempts are small and repeat: their bigints are made once. */
function unsigned(lo: number): bigint {
  if (lo < 0 || lo >= SMALL_BIGINTS) return BigInt(lo >>> 0);
  let value = smallBigints[lo];
  if (value === undefined) {
    while (smallBigints.length <= lo) smallBigints.push(BigInt(smallBigints.length));
    value = smallBigints[lo]!;
  }
  return value;
}

function join(hi: number, lo: number): bigint {
  // Exact in a double up to 2^53: one conversion instead of three bigint operations.
  if (hi >= 0 && hi < 0x200000) return BigInt(hi * 4294967296 + lo);
  return BigInt(hi) * TWO_32 + BigInt(lo);
}

function tagBytes(tag: number): number[] {
  const bytes: number[] = [];
  let rest = tag;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}
