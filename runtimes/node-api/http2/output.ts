import { FRAME_HEAD_BYTES } from "./frame.ts";

const SLAB_BYTES = 64 * 1024;

/**
 * Frames on their way out, one behind the other in one piece of memory.
 *
 * O1: `[start, end)` of the slab has not been taken yet; what lies before it may still be on its way to the network.
 * O2: the slab is written from its beginning again only after `recycle`, which its user calls when nothing that was
 *     taken is in use.
 */
export class Output {
  readonly #onFirst: () => void;
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #start = 0;
  #end = 0;

  /** @param onFirst called when the first of the bytes that wait is about to be written; it may call `recycle` */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The memory to write into, at what `reserve` gave; only until the next `reserve`. */
  get slab(): Buffer {
    return this.#slab;
  }

  /** Makes room for `count` bytes and says where; they count as written. */
  reserve(count: number): number {
    if (this.#start === this.#end) this.#onFirst();
    if (this.#end + count > this.#slab.length) this.#grow(count);
    const at = this.#end;
    this.#end += count;
    return at;
  }

  /** Writes a frame's head; `kind` is its type times 256 plus its flags. Returns where its payload goes. */
  frame(kind: number, streamId: number, payloadBytes: number): number {
    const at = this.reserve(FRAME_HEAD_BYTES + payloadBytes);
    const slab = this.#slab;
    slab[at] = payloadBytes >>> 16;
    slab[at + 1] = payloadBytes >>> 8;
    slab[at + 2] = payloadBytes;
    slab[at + 3] = kind >>> 8;
    slab[at + 4] = kind;
    writeUint32(slab, at + 5, streamId);
    return at + FRAME_HEAD_BYTES;
  }

  /** A frame whose payload is one number of four bytes. */
  uint32Frame(kind: number, streamId: number, value: number): void {
    const at = this.frame(kind, streamId, 4);
    writeUint32(this.#slab, at, value);
  }

  /** Hands over all that waits; it is not to be touched again before the next `recycle`. */
  take(): Buffer {
    const bytes = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return bytes;
  }

  /** Everything that was taken has reached the network: its memory may be used again. */
  recycle(): void {
    if (this.#start !== this.#end) return;
    this.#start = 0;
    this.#end = 0;
    if (this.#slab.length > SLAB_BYTES) this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  }

  #grow(count: number): void {
    const waiting = this.length;
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (waiting + count)));
    this.#slab.copy(slab, 0, this.#start, this.#end);
    this.#slab = slab;
    this.#start = 0;
    this.#end = waiting;
  }
}

/** Writes four bytes, the highest first. */
export function writeUint32(target: Buffer, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** Reads four bytes, the highest first. */
export function readUint32(bytes: Buffer, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
