import { Http2Code, Http2Error } from "./error-codes.ts";
import { Flag, type Frame } from "./frame.ts";

/** More than any list of headers that we take can need, and what memory a peer may fill with one. */
const MAX_BLOCK_BYTES = 256 * 1024;
const MAX_FRAMES = 256;

/** A header block, found in one frame or put together of several. */
export interface EncodedBlock {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Puts together what CONTINUATION frames have cut. While one is unfinished no other frame may come. */
export class HeaderAssembly {
  #parts: Buffer[] = [];
  #bytes = 0;
  #endStream = false;
  #streamId = 0;

  /** The stream whose headers are unfinished, or 0. */
  get streamId(): number {
    return this.#streamId;
  }

  /** A HEADERS frame without END_HEADERS, its fragment from `start` to `end`. */
  begin(frame: Frame, start: number, end: number): void {
    this.#streamId = frame.streamId;
    this.#endStream = (frame.flags & Flag.END_STREAM) !== 0;
    this.#parts = [];
    this.#bytes = 0;
    this.#add(frame.bytes, start, end);
  }

  /** A CONTINUATION frame; the whole block if it was the last. */
  add(frame: Frame): EncodedBlock | undefined {
    this.#add(frame.bytes, frame.start, frame.end);
    if (!(frame.flags & Flag.END_HEADERS)) return undefined;
    const bytes = Buffer.concat(this.#parts, this.#bytes);
    const block = {
      streamId: this.#streamId,
      endStream: this.#endStream,
      bytes,
      start: 0,
      end: bytes.length,
    };
    this.#parts = [];
    this.#streamId = 0;
    return block;
  }

  #add(bytes: Buffer, start: number, end: number): void {
    this.#bytes += end - start;
    if (this.#bytes > MAX_BLOCK_BYTES || this.#parts.length >= MAX_FRAMES) {
      throw new Http2Error(
        Http2Code.ENHANCE_YOUR_CALM,
        `headers of more than ${MAX_BLOCK_BYTES} bytes or ${MAX_FRAMES} frames`,
      );
    }
    // A view would keep its whole chunk.
    this.#parts.push(Buffer.from(bytes.subarray(start, end)));
  }
}

/** Where the content of a frame lies that may be padded and may carry a priority. */
export function contentOf(frame: Frame): { start: number; end: number } {
  let { start, end } = frame;
  if (frame.flags & Flag.PADDED) {
    if (start === end) throw padded();
    end -= frame.bytes[start]!;
    start += 1;
  }
  if (start > end) throw padded();
  return { start, end };
}

function padded(): Http2Error {
  return new Http2Error(Http2Code.PROTOCOL_ERROR, "a frame with more padding than payload");
}
