import { Http2Code, Http2Error } from "./error-codes.ts";
import {
  DEFAULT_MAX_FRAME_BYTES,
  Flag,
  FRAME_HEAD_BYTES,
  type Frame,
  FrameType,
  MAX_INT31,
} from "./frame.ts";

const NO_BYTES = Buffer.alloc(0);

/**
 * Cuts what a socket delivers into frames.
 *
 * R1: a payload that lies whole in one chunk is shown where it lies; only one that spans chunks is put together, and
 *     never more than one frame of it.
 * R2: DATA without padding is not put together: it is shown piece by piece as it comes.
 * R3: a length over the limit is refused before anything is kept.
 */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #frame: Frame = {
    type: 0,
    flags: 0,
    streamId: 0,
    length: 0,
    offset: 0,
    bytes: NO_BYTES,
    start: 0,
    end: 0,
  };
  readonly #head = Buffer.alloc(FRAME_HEAD_BYTES);
  #headBytes = 0;
  /** The payload that is being put together. */
  #payload: Buffer | undefined;
  #payloadBytes = 0;
  /** Bytes of a DATA frame that are still to come. */
  #dataLeft = 0;
  #first = true;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /** Takes the next bytes; throws Http2Error when they cannot be frames. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#dataLeft > 0) at = this.#showData(chunk, at);
      else if (this.#payload !== undefined) at = this.#collect(chunk, at, this.#payload);
      else at = this.#readHead(chunk, at);
    }
    // Nothing of the chunk is held on to for longer than it is looked at.
    this.#frame.bytes = NO_BYTES;
  }

  #readHead(chunk: Buffer, at: number): number {
    if (this.#headBytes === 0 && chunk.length - at >= FRAME_HEAD_BYTES) {
      this.#parseHead(chunk, at);
      return this.#beginPayload(chunk, at + FRAME_HEAD_BYTES);
    }
    const taken = Math.min(FRAME_HEAD_BYTES - this.#headBytes, chunk.length - at);
    chunk.copy(this.#head, this.#headBytes, at, at + taken);
    this.#headBytes += taken;
    if (this.#headBytes < FRAME_HEAD_BYTES) return at + taken;
    this.#headBytes = 0;
    this.#parseHead(this.#head, 0);
    return this.#beginPayload(chunk, at + taken);
  }

  #parseHead(bytes: Buffer, at: number): void {
    const frame = this.#frame;
    frame.length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    frame.type = bytes[at + 3]!;
    frame.flags = bytes[at + 4]!;
    frame.streamId =
      ((bytes[at + 5]! << 24) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 8) | bytes[at + 8]!) & MAX_INT31;
    frame.offset = 0;
    if (this.#first) this.#checkFirst(bytes, at);
    if (frame.length > DEFAULT_MAX_FRAME_BYTES) {
      throw new Http2Error(
        Http2Code.FRAME_SIZE_ERROR,
        `a frame of ${frame.length} bytes, more than the ${DEFAULT_MAX_FRAME_BYTES} that are allowed`,
      );
    }
  }

  /** What a server says first is SETTINGS; anything else is most likely not HTTP/2 at all. */
  #checkFirst(bytes: Buffer, at: number): void {
    this.#first = false;
    const { type, flags } = this.#frame;
    if (type === FrameType.SETTINGS && !(flags & Flag.ACK)) return;
    const text = bytes.toString("latin1", at, at + FRAME_HEAD_BYTES);
    throw new Http2Error(
      Http2Code.PROTOCOL_ERROR,
      text.startsWith("HTTP/")
        ? "the peer answered in HTTP/1"
        : `the first bytes of the peer, ${JSON.stringify(text)}, are not HTTP/2 SETTINGS`,
    );
  }

  #beginPayload(chunk: Buffer, at: number): number {
    const { length, type, flags } = this.#frame;
    if (chunk.length - at >= length) {
      this.#show(chunk, at, at + length);
      return at + length;
    }
    if (type === FrameType.DATA && !(flags & Flag.PADDED)) {
      this.#dataLeft = length;
      return at;
    }
    this.#payload = Buffer.allocUnsafe(length);
    this.#payloadBytes = 0;
    return at;
  }

  #showData(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#dataLeft, chunk.length - at);
    this.#dataLeft -= taken;
    this.#show(chunk, at, at + taken);
    this.#frame.offset += taken;
    return at + taken;
  }

  #collect(chunk: Buffer, at: number, payload: Buffer): number {
    const taken = Math.min(payload.length - this.#payloadBytes, chunk.length - at);
    chunk.copy(payload, this.#payloadBytes, at, at + taken);
    this.#payloadBytes += taken;
    if (this.#payloadBytes === payload.length) {
      this.#payload = undefined;
      this.#show(payload, 0, payload.length);
    }
    return at + taken;
  }

  #show(bytes: Buffer, start: number, end: number): void {
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.start = start;
    frame.end = end;
    this.#onFrame(frame);
  }
}
