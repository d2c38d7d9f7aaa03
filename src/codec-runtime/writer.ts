// Invariants
// 1. Before bytes are stored there is room for them: each method reserves its own worst case first.
// 2. `#forks` holds where the length of each open nested message starts; one byte is reserved there, and more is made room
//    for at `join` when the message turned out to be 128 bytes or longer.
// 3. At most one encoder uses the pooled writer: it is taken out of the pool while in use.
import { CodecError, describeValue } from "./codec-error.ts";
import { encodeUtf8Into } from "./text.ts";

const FIRST_SIZE = 4096;
const LARGEST_POOLED = 1 << 20;
const SHORT_STRING = 64;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_FLOAT = 3.4028234663852886e38;
const TWO_32 = 4294967296;

let pooled: Writer | undefined;

/** Writes protobuf's wire format. Each method takes the whole tag of its field: number and wire type. */
export class Writer {
  #buf: Uint8Array = new Uint8Array(FIRST_SIZE);
  #pos = 0;
  #viewCache: DataView | undefined;
  readonly #forks: number[] = [];
  /** The field that is being written, for error messages. */
  #tag = 0;

  /** A writer with nothing in it. */
  static take(): Writer {
    const writer = pooled ?? new Writer();
    pooled = undefined;
    return writer;
  }

  /** A copy of what was written; afterwards the writer may be reused. */
  finish(): Uint8Array {
    const bytes = this.#buf.slice(0, this.#pos);
    this.#pos = 0;
    if (this.#buf.length <= LARGEST_POOLED) pooled = this;
    return bytes;
  }

  /** Starts a nested message, list or map entry. */
  fork(tag: number): void {
    this.tag(tag);
    this.#reserve(1);
    this.#forks.push(this.#pos);
    this.#pos += 1;
  }

  /** Ends what `fork` started, and writes its length in front of it. */
  join(): void {
    const at = this.#forks.pop()!;
    const length = this.#pos - at - 1;
    if (length < 0x80) {
      this.#buf[at] = length;
      return;
    }
    const size = varintSize(length);
    this.#reserve(size);
    this.#buf.copyWithin(at + size, at + 1, this.#pos);
    this.#putVarint(at, length);
    this.#pos += size - 1;
  }

  tag(tag: number): void {
    this.#tag = tag;
    this.#reserve(5);
    if (tag < 0x80) {
      this.#buf[this.#pos++] = tag;
    } else {
      this.#pos = this.#putVarint(this.#pos, tag);
    }
  }

  string(tag: number, value: string): void {
    this.tag(tag);
    if (typeof value !== "string") throw this.#invalid("string", value);
    const length = value.length;
    if (length <= SHORT_STRING) {
      this.#reserve(length + 1);
      const buf = this.#buf;
      let pos = this.#pos;
      buf[pos++] = length;
      let i = 0;
      for (; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) break;
        buf[pos++] = code;
      }
      if (i === length) {
        this.#pos = pos;
        return;
      }
    }
    this.#longString(value);
  }

  bytes(tag: number, value: Uint8Array): void {
    this.tag(tag);
    const length = byteLength(value);
    if (length === undefined) throw this.#invalid("Uint8Array", value);
    this.#reserve(length + 5);
    this.#pos = this.#putVarint(this.#pos, length);
    this.#buf.set(value, this.#pos);
    this.#pos += length;
  }

  bool(tag: number, value: boolean): void {
    this.tag(tag);
    if (typeof value !== "boolean") throw this.#invalid("boolean", value);
    this.#reserve(1);
    this.#buf[this.#pos++] = value ? 1 : 0;
  }

  int32(tag: number, value: number): void {
    this.tag(tag);
    this.packedInt32(value);
  }

  uint32(tag: number, value: number): void {
    this.tag(tag);
    this.packedUint32(value);
  }

  int64(tag: number, value: bigint | number): void {
    this.tag(tag);
    this.packedInt64(value);
  }

  uint64(tag: number, value: bigint | number): void {
    this.tag(tag);
    this.packedUint64(value);
  }

  float(tag: number, value: number): void {
    this.tag(tag);
    this.packedFloat(value);
  }

  double(tag: number, value: number): void {
    this.tag(tag);
    this.packedDouble(value);
  }

  /** A value without tag, as in packed lists. So are the other `packed` methods. */
  packedBool(value: boolean): void {
    if (typeof value !== "boolean") throw this.#invalid("boolean", value);
    this.#reserve(1);
    this.#buf[this.#pos++] = value ? 1 : 0;
  }

  packedInt32(value: number): void {
    if ((value | 0) !== value) throw this.#invalid("32-bit integer", value);
    this.#reserve(10);
    if (value >= 0) this.#pos = this.#putVarint(this.#pos, value);
    else this.#put64(value >>> 0, 0xffffffff);
  }

  packedUint32(value: number): void {
    if (value >>> 0 !== value) throw this.#invalid("unsigned 32-bit integer", value);
    this.#reserve(5);
    this.#pos = this.#putVarint(this.#pos, value);
  }

  packedInt64(value: bigint | number): void {
    this.#reserve(10);
    const exact = this.#exact(value, MIN_INT64, MAX_INT64, "64-bit integer");
    if (exact !== undefined) this.#put64(exact >>> 0, Math.floor(exact / TWO_32) >>> 0);
    else this.#putBigint(BigInt.asUintN(64, value as bigint));
  }

  packedUint64(value: bigint | number): void {
    this.#reserve(10);
    const exact = this.#exact(value, 0n, MAX_UINT64, "unsigned 64-bit integer");
    if (exact !== undefined) this.#put64(exact >>> 0, Math.floor(exact / TWO_32) >>> 0);
    else this.#putBigint(value as bigint);
  }

  packedFloat(value: number): void {
    if (typeof value !== "number" || (Number.isFinite(value) && Math.abs(value) > MAX_FLOAT)) {
      throw this.#invalid("float", value);
    }
    this.#reserve(4);
    this.#view().setFloat32(this.#pos, value, true);
    this.#pos += 4;
  }

  packedDouble(value: number): void {
    if (typeof value !== "number") throw this.#invalid("double", value);
    this.#reserve(8);
    this.#view().setFloat64(this.#pos, value, true);
    this.#pos += 8;
  }

  /** The key of a map whose keys are 32-bit integers; object keys are strings. */
  mapKeyInt32(key: string): void {
    this.tag(8);
    if (!/^-?\d+$/.test(key)) throw this.#invalid("32-bit integer as map key", key);
    this.packedInt32(Number(key));
  }

  /** Unknown fields kept at decoding, as they were. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buf.set(bytes, this.#pos);
    this.#pos += bytes.length;
  }

  /** An encoding error with the message's name and the numbers of the fields that were open. */
  error(cause: unknown, message: string): unknown {
    if (!(cause instanceof CodecError)) return cause;
    const open = this.#forks.map((at) => tagBefore(this.#buf, at) >>> 3);
    const path = [...open, this.#tag >>> 3].filter(
      (field, i, all) => i === 0 || field !== all[i - 1] || i < open.length,
    );
    return new CodecError(cause.code, `cannot encode ${message}, field ${path.join(".")}: ${cause.message}`, {
      message,
      path: path.join("."),
      cause,
    });
  }

  #longString(value: string): void {
    const length = value.length;
    // A UTF-16 code unit takes at most three bytes in UTF-8.
    this.#reserve(length * 3 + 5);
    const guess = varintSize(length);
    const at = this.#pos;
    const written = encodeUtf8Into(value, this.#buf.subarray(at + guess));
    const size = varintSize(written);
    if (size !== guess) this.#buf.copyWithin(at + size, at + guess, at + guess + written);
    this.#pos = this.#putVarint(at, written) + written;
  }

  /** The value as an exact double, or undefined if it is a bigint that needs all 64 bits. */
  #exact(value: bigint | number, min: bigint, max: bigint, expected: string): number | undefined {
    if (typeof value === "bigint") {
      if (value <= MAX_SAFE && value >= MIN_SAFE && value >= min) return Number(value);
      if (value >= min && value <= max) return undefined;
    } else if (Number.isSafeInteger(value) && (value >= 0 || min < 0n)) {
      return value;
    }
    throw this.#invalid(`${expected} (bigint, or safe integer)`, value);
  }

  #putBigint(value: bigint): void {
    this.#put64(Number(value & 0xffffffffn), Number(value >> 32n));
  }

  /** Ten bytes are reserved already. Both halves are unsigned. */
  #put64(low: number, high: number): void {
    const buf = this.#buf;
    let pos = this.#pos;
    let lo = low;
    let hi = high;
    while (hi !== 0) {
      buf[pos++] = (lo & 0x7f) | 0x80;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    this.#pos = this.#putVarint(pos, lo);
  }

  #putVarint(at: number, value: number): number {
    const buf = this.#buf;
    let pos = at;
    let rest = value;
    while (rest > 0x7f) {
      buf[pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buf[pos++] = rest;
    return pos;
  }

  #reserve(size: number): void {
    if (this.#pos + size > this.#buf.length) this.#grow(size);
  }

  #grow(size: number): void {
    let length = this.#buf.length * 2;
    while (length < this.#pos + size) length *= 2;
    const larger = new Uint8Array(length);
    larger.set(this.#buf.subarray(0, this.#pos));
    this.#buf = larger;
    this.#viewCache = undefined;
  }

  #view(): DataView {
    this.#viewCache ??= new DataView(this.#buf.buffer);
    return this.#viewCache;
  }

  #invalid(expected: string, value: unknown): CodecError {
    return new CodecError("INVALID_VALUE", `expected a ${expected}, got ${describeValue(value)}`);
  }
}

/** Encodes one message; errors say of which message and field. Behind every `encodeM`. */
export function encodeWith<Init>(
  write: (writer: Writer, message: Init) => void,
  name: string,
  message: Init,
): Uint8Array {
  const writer = Writer.take();
  try {
    write(writer, message);
  } catch (cause) {
    throw writer.error(cause, name);
  }
  return writer.finish();
}

function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Length of a Uint8Array, of whatever realm; undefined for anything else. */
function byteLength(value: unknown): number | undefined {
  if (value instanceof Uint8Array) return value.length;
  if (Object.prototype.toString.call(value) === "[object Uint8Array]") return (value as Uint8Array).length;
  return undefined;
}

/** The tag that ends right before `at`: only the last byte of a varint has its high bit clear. */
function tagBefore(buf: Uint8Array, at: number): number {
  let start = at - 1;
  while (start > 0 && at - start < 3 && buf[start - 1]! >= 0x80) start -= 1;
  let tag = 0;
  for (let i = at - 1; i >= start; i--) tag = (tag << 7) | (buf[i]! & 0x7f);
  return tag;
}
