import { gunzip } from "node:zlib";

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

/**
 * Collects the body of a unary answer.
 *
 * F1: chunks are kept as they came and joined at most once.
 * F2: nothing is decided on the way but the declared length, so that order of events does not matter.
 */
export class FrameReader {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** Bytes collected so far, prefix included. */
  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The message length the peer has declared, once its five bytes are here. */
  declaredLength(): number | undefined {
    if (this.#length < PREFIX_BYTES) return undefined;
    const head = this.#joined(PREFIX_BYTES);
    return new DataView(head.buffer, head.byteOffset, PREFIX_BYTES).getUint32(1);
  }

  /** The one message; throws FramingError when there is none, half of one or more than one. */
  message(): Frame {
    const declared = this.declaredLength();
    if (declared === undefined) {
      throw new FramingError(
        this.#length === 0 ? "no message" : `${this.#length} bytes, not even a message prefix`,
      );
    }
    const payloadLength = this.#length - PREFIX_BYTES;
    if (payloadLength < declared)
      throw new FramingError(`message cut off at ${payloadLength} of ${declared} bytes`);
    if (payloadLength > declared)
      throw new FramingError(`${payloadLength - declared} bytes after the only message`);
    const body = this.#joined(this.#length);
    const flags = body[0] ?? 0;
    if (flags > 1) throw new FramingError(`message flags ${flags}, expected 0 or 1`);
    return { compressed: flags === 1, payload: body.subarray(PREFIX_BYTES) };
  }

  /** The collected bytes in one piece whose first `needed` bytes are there; joins only if the first chunk is too short. */
  #joined(needed: number): Uint8Array {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= needed) return first;
    const joined = Buffer.concat(this.#chunks, this.#length);
    this.#chunks.length = 0;
    this.#chunks.push(joined);
    return joined;
  }
}

/** Unpacks a gzip message of at most `maxBytes`; undefined when it would be larger. */
export function gunzipBounded(payload: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    gunzip(payload, { maxOutputLength: maxBytes }, (error, result) => {
      if (error === null) resolve(result);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") resolve(undefined);
      else reject(new FramingError(`gzip message cannot be unpacked: ${error.message}`, { cause: error }));
    });
  });
}
