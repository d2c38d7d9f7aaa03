import { Http2Code, Http2Error } from "./error-codes.ts";
import { Flag, FrameType, MAX_INT31 } from "./frame.ts";
import { type Output, writeUint32 } from "./output.ts";
import type { Http2Stream } from "./stream.ts";

/** Bytes before a message of gRPC: no compression, and its length. */
const PREFIX_BYTES = 5;
/** More than this is not made ready before the socket has taken it. */
const MAX_WAITING_BYTES = 256 * 1024;
const MAX_DATA_FRAME_BYTES = 64 * 1024;
const DATA = FrameType.DATA << 8;

/**
 * Sends the messages of requests, as fast as the peer's windows and the socket allow.
 *
 * U1: no DATA beyond the window of its stream or of the connection is written.
 * U2: a stream is in `#waiting` exactly while a part of its message is unsent and it is open; the first that can go
 *     on, in the order of their opening, does.
 * U3: what is written and not yet taken by the socket stays within MAX_WAITING_BYTES and one frame.
 */
export class Uploads {
  readonly #output: Output;
  readonly #waiting = new Set<Http2Stream>();
  #window = 65_535;
  #maxFrameBytes: number;
  /** The socket has more than it likes. */
  #held = false;

  constructor(output: Output, maxFrameBytes: number) {
    this.#output = output;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Begins with the message of a stream that was just opened. */
  begin(stream: Http2Stream): void {
    if (!this.#pump(stream)) this.#waiting.add(stream);
  }

  /** The stream is over. Returns whether its message was cut off by that. */
  end(stream: Http2Stream): boolean {
    return stream.sentBytes < stream.message.length + PREFIX_BYTES && this.#waiting.delete(stream);
  }

  /** The peer takes more on the connection as a whole. */
  credit(bytes: number): void {
    this.#window = widened(this.#window, bytes, "the connection's window");
    this.resume();
  }

  /** The peer takes more of one stream. */
  creditStream(stream: Http2Stream, bytes: number): void {
    stream.sendWindow = widened(stream.sendWindow, bytes, `the window of stream ${stream.id}`);
    if (this.#waiting.has(stream) && this.#pump(stream)) this.#waiting.delete(stream);
  }

  /** Follows the peer's SETTINGS_MAX_FRAME_SIZE. */
  limitFrames(bytes: number): void {
    this.#maxFrameBytes = Math.min(bytes, MAX_DATA_FRAME_BYTES);
  }

  /** Sends nothing until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.resume();
  }

  /** Goes on where something has changed. */
  resume(): void {
    for (const stream of this.#waiting) if (this.#pump(stream)) this.#waiting.delete(stream);
  }

  /** Writes what may be written; true when the message is out. */
  #pump(stream: Http2Stream): boolean {
    const output = this.#output;
    const total = stream.message.length + PREFIX_BYTES;
    while (stream.sentBytes < total) {
      if (this.#held || output.length >= MAX_WAITING_BYTES) return false;
      const allowed = Math.min(this.#window, stream.sendWindow, this.#maxFrameBytes);
      if (allowed <= 0) return false;
      const count = Math.min(allowed, total - stream.sentBytes);
      const last = stream.sentBytes + count === total;
      const at = output.frame(last ? DATA | Flag.END_STREAM : DATA, stream.id, count);
      copyMessage(stream, output.slab, { at, count });
      stream.sentBytes += count;
      stream.sendWindow -= count;
      this.#window -= count;
    }
    return true;
  }
}

/** Copies the next bytes of prefix and message. */
function copyMessage(
  { message, sentBytes }: Http2Stream,
  target: Buffer,
  { at, count }: { at: number; count: number },
): void {
  if (sentBytes === 0 && count >= PREFIX_BYTES) {
    target[at] = 0;
    writeUint32(target, at + 1, message.length);
    const part = count - PREFIX_BYTES;
    target.set(part === message.length ? message : message.subarray(0, part), at + PREFIX_BYTES);
    return;
  }
  let done = 0;
  if (sentBytes < PREFIX_BYTES) {
    // A window so small that it cuts the prefix.
    const prefix = Buffer.alloc(PREFIX_BYTES);
    writeUint32(prefix, 1, message.length);
    done = prefix.copy(target, at, sentBytes, Math.min(PREFIX_BYTES, sentBytes + count));
  }
  const from = sentBytes + done - PREFIX_BYTES;
  if (done < count) target.set(message.subarray(from, from + count - done), at + done);
}

function widened(window: number, bytes: number, what: string): number {
  const result = window + bytes;
  if (result > MAX_INT31) {
    throw new Http2Error(Http2Code.FLOW_CONTROL_ERROR, `${what} grew to ${result} bytes`);
  }
  return result;
}
