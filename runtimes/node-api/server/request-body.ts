import { promisify } from "node:util";
import { gunzip, type InputType } from "node:zlib";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import { Gate } from "../../../src/server/listen/gate.ts";
import { refusal, tooLarge, tooLargeUnpacked } from "../../../src/server/listen/grpc-wire.ts";
import { UNPACKED_AT_ONCE } from "../../../src/server/listen/limits.ts";
import { PREFIX_BYTES } from "../grpc/framing.ts";

/** Of all connections: small requests that become large could otherwise do so all at once. */
const gate = new Gate(UNPACKED_AT_ONCE);
const unpack = promisify<InputType, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * Collects the one message of a request.
 *
 * B1: memory grows with what has come, and never beyond `maxBytes` and one chunk.
 * B2: a message that came in one piece is never copied.
 */
export class RequestBody {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes the next bytes; throws RpcError as soon as the message is known to be too large. */
  push(chunk: Buffer): void {
    // What comes after the first message means nothing.
    if (this.#length > PREFIX_BYTES + this.#maxBytes) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const declared = this.#declared();
    if (declared !== undefined && declared > this.#maxBytes) throw tooLarge(declared, this.#maxBytes);
  }

  /** The message as it was sent, still packed if it is; throws RpcError when there is none. */
  message(encoding: string | undefined): { readonly bytes: Buffer; readonly packed: boolean } {
    const declared = this.#declared();
    if (declared === undefined) throw refusal(GrpcStatus.UNKNOWN, "EOF");
    if (this.#length < PREFIX_BYTES + declared) throw refusal(GrpcStatus.UNKNOWN, "unexpected EOF");
    const all = this.#whole();
    const flag = all[0]!;
    if (flag > 1) throw refusal(GrpcStatus.INTERNAL, `grpc: received unexpected payload format ${flag}`);
    if (flag === 1 && (encoding === undefined || encoding === "identity")) {
      throw refusal(GrpcStatus.INTERNAL, "grpc: compressed flag set with identity or empty encoding");
    }
    return { bytes: all.subarray(PREFIX_BYTES, PREFIX_BYTES + declared), packed: flag === 1 };
  }

  #declared(): number | undefined {
    if (this.#length < PREFIX_BYTES) return undefined;
    const first = this.#chunks[0]!;
    return (first.length < PREFIX_BYTES ? this.#whole() : first).readUInt32BE(1);
  }

  #whole(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }
}

/** Unpacks a gzipped message; throws RpcError when it is none, or becomes larger than `maxBytes`. */
export async function unpackMessage(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await gate.run(() => unpack(bytes, { maxOutputLength: maxBytes }));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLargeUnpacked(maxBytes);
    throw new RpcError({
      status: GrpcStatus.INTERNAL,
      details: `grpc: failed to decompress the message: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    });
  }
}
