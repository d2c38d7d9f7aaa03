import { Http2Code, Http2Error } from "./error-codes.ts";
import { Flag, FrameType, MAX_INT31 } from "./frame.ts";
import { type Output, writeUint32 } from "./output.ts";
import type { Http2Stream } from "./stream.ts";

/** Bytes before a message of gRPC: no compression, and its length. */
const PREFIX_BYTES = 5;
/** More than this is not made ready before the socket has taken it. */
const MAX_WAITING_BYTES = 256 * 1024;
const MAX_DATA_FRAME_BYTES = 64 * 1024;
/** A message up to this size counts as small. */
const SMALL_BYTES = 64 * 1024;
const DATA = FrameType.DATA << 8;

/**
 * Sends the messages of requests, as fast as the peer's windows and the socket allow.
 *
 * U1: no DATA beyond the window of its stream or of the connection is written.
 * U2: a stream is in `#small` or `#large`, by the size of its message, exactly while a part of it is unsent and the stream is
 *     open. Of each the first that can go on, in the order of their opening, does. Small ones go first, so that they never wait
 *     for all of a large one, but a large one has a frame whenever small ones had as much. Large ones follow each other: taking
 *     turns would only make the first of them later (and Bun's own server, 1.4.5, loses the headers of answers when more than
 *     four large requests end at about the same time, whoever the client is).
 * U3: what is written and not yet taken by the socket stays within MAX_WAITING_BYTES and one frame.
 */
export class Uploads {
  readonly #output: Output;
  readonly #small = new Set<Http2Stream>();
  readonly #large = new Set<Http2Stream>();
  /** Bytes that small messages may have before it is the turn of a large one. */
  #ahead: number;
  #window = 65_535;
  #maxFrameBytes: number;
  /** The socket has more than it likes. */
  #held = false;

  constructor(output: Output, maxFrameBytes: number) {
    this.#output = output;
    this.#maxFrameBytes = maxFrameBytes;
    this.#ahead = maxFrameBytes;
  }

  /** Begins with the message of a stream that was just opened. */
  begin(stream: Http2Stream): void {
    if (!this.#pump(stream)) this.#waitingWith(stream).add(stream);
  }

  /** The stream is over. Returns whether its message was cut off by that. */
  end(stream: Http2Stream): boolean {
    return !isOut(stream) && this.#waitingWith(stream).delete(stream);
  }

  /** The peer takes more on the connection as a whole. */
  credit(bytes: number): void {
    this.#window = widened(this.#window, bytes, "the connection's window");
    this.resume();
  }

  /** The peer takes more of one stream. */
  creditStream(stream: Http2Stream, bytes: number): void {
    stream.sendWindow = widened(stream.sendWindow, bytes, `the window of stream ${stream.id}`);
    const waiting = this.#waitingWith(stream);
    if (waiting.has(stream) && this.#pump(stream)) waiting.delete(stream);
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
    while (this.#isOpen) {
      const [first, second] = this.#ahead > 0 ? [this.#small, this.#large] : [this.#large, this.#small];
      if (!this.#goOn(first) && !this.#goOn(second)) return;
    }
  }

  /** Whether anything at all may be written. */
  get #isOpen(): boolean {
    return !this.#held && this.#window > 0 && this.#output.length < MAX_WAITING_BYTES;
  }

  #waitingWith({ message }: Http2Stream): Set<Http2Stream> {
    return message.length > SMALL_BYTES ? this.#large : this.#small;
  }

  /** Writes a frame of the first that can go on; false when none can. */
  #goOn(waiting: Set<Http2Stream>): boolean {
    for (const stream of waiting) {
      const count = this.#writeFrame(stream);
      if (count === 0) continue;
      this.#ahead = waiting === this.#large ? this.#maxFrameBytes : this.#ahead - count;
      if (isOut(stream)) waiting.delete(stream);
      return true;
    }
    return false;
  }

  /** Writes what may be written; true when the message is out. */
  #pump(stream: Http2Stream): boolean {
    while (!isOut(stream)) if (!this.#isOpen || this.#writeFrame(stream) === 0) return false;
    return true;
  }

  /** Writes the next frame of a message and gives its size; 0 when its window is used up. Only while `#isOpen`. */
  #writeFrame(stream: Http2Stream): number {
    const output = this.#output;
    const left = stream.message.length + PREFIX_BYTES - stream.sentBytes;
    const count = Math.min(this.#window, stream.sendWindow, this.#maxFrameBytes, left);
    if (count <= 0) return 0;
    const at = output.frame(count === left ? DATA | Flag.END_STREAM : DATA, stream.id, count);
    copyMessage(stream, output.slab, { at, count });
    stream.sentBytes += count;
    stream.sendWindow -= count;
    this.#window -= count;
    return count;
  }
}

/** Whether all of a stream's message was written. */
function isOut({ sentBytes, message }: Http2Stream): boolean {
  return sentBytes === message.length + PREFIX_BYTES;
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
