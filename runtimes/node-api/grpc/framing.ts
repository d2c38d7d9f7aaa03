/** Bytes before each gRPC message: one of flags, four of length. */
export const PREFIX_BYTES = 5;

/** One gRPC message as it stood on the wire. */
export interface Frame {
  readonly compressed: boolean;
  readonly payload: Uint8Array;
}

/** Why bytes are not one whole gRPC message, in words. */
export class FramingError extends Error {
  readonly code = "GRPC_FRAMING" as const;
}

/** Puts the five bytes in front of a message. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

const FIRST_GUESS_BYTES = 64 * 1024;

/**
 * Collects the body of a unary answer.
 *
 * F1: a body that comes in one piece is kept where it lies, and never copied.
 * F2: memory grows with what has come, not with what the peer says will come; beyond the declared length nothing is kept.
 */
export class MessageReader {
  /** The only piece so far, or room for all that is expected soon. */
  #bytes: Buffer | undefined;
  /** Whether `#bytes` is ours to write into. */
  #owned = false;
  #length = 0;

  push(bytes: Buffer, start: number, end: number): void {
    const from = this.#length;
    this.#length += end - start;
    if (this.#bytes === undefined) {
      this.#bytes = bytes.subarray(start, end);
      return;
    }
    const room = this.#room(this.#bytes, from);
    bytes.copy(room, from, start, end);
  }

  /** The message length the peer has declared, once its five bytes are here. */
  declaredLength(): number | undefined {
    if (this.#bytes === undefined || this.#length < PREFIX_BYTES) return undefined;
    return this.#bytes.readUInt32BE(1);
  }

  /** The one message; throws FramingError when there is none, half of one or more than one. */
  message(): Frame {
    const declared = this.declaredLength();
    if (this.#bytes === undefined || declared === undefined) {
      throw new FramingError(
        this.#length === 0 ? "no message" : `${this.#length} bytes, not even a message prefix`,
      );
    }
    const payloadLength = this.#length - PREFIX_BYTES;
    if (payloadLength < declared)
      throw new FramingError(`message cut off at ${payloadLength} of ${declared} bytes`);
    if (payloadLength > declared)
      throw new FramingError(`${payloadLength - declared} bytes after the only message`);
    const flags = this.#bytes[0]!;
    if (flags > 1) throw new FramingError(`message flags ${flags}, expected 0 or 1`);
    return { compressed: flags === 1, payload: this.#bytes.subarray(PREFIX_BYTES, this.#length) };
  }

  /** Memory with room for what has come, `used` bytes of which are already in it. */
  #room(bytes: Buffer, used: number): Buffer {
    if (this.#owned && bytes.length >= this.#length) return bytes;
    const declared = used >= PREFIX_BYTES ? PREFIX_BYTES + bytes.readUInt32BE(1) : PREFIX_BYTES;
    // What goes beyond the message makes it wrong, whatever it is.
    if (this.#owned && bytes.length >= declared) return bytes;
    const wanted = Math.max(FIRST_GUESS_BYTES, 2 * this.#length);
    const room = Buffer.allocUnsafeSlow(used >= PREFIX_BYTES ? Math.min(declared, wanted) : wanted);
    bytes.copy(room, 0, 0, used);
    this.#bytes = room;
    this.#owned = true;
    return room;
  }
}

/** Unpacks a gzip message of at most `maxBytes`; undefined when it would be larger. */
export async function gunzipBounded(payload: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined> {
  const { gunzip } = await import("node:zlib");
  return new Promise((resolve, reject) => {
    gunzip(payload, { maxOutputLength: maxBytes }, (error, result) => {
      if (error === null) resolve(result);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") resolve(undefined);
      else reject(new FramingError(`gzip message cannot be unpacked: ${error.message}`, { cause: error }));
    });
  });
}
