import { Code, ConnectError } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { Gate } from "../gate.ts";
import { UNPACKED_AT_ONCE } from "../limits.ts";

const gate = new Gate(UNPACKED_AT_ONCE);

/** gzip by the streams that every runtime has. */
export const gzip: Compression = {
  name: "gzip",
  compress: (bytes) => run(bytes, new CompressionStream("gzip"), Number.POSITIVE_INFINITY),
  decompress: async (bytes, maxBytes) => {
    // A message of no bytes is not worth a stream.
    if (bytes.length === 0) return new Uint8Array(0);
    try {
      return await gate.run(() => run(bytes, new DecompressionStream("gzip"), maxBytes));
    } catch (error) {
      if (error instanceof ConnectError) throw error;
      throw new ConnectError("decompression failed", Code.InvalidArgument, undefined, undefined, error);
    }
  },
};

async function run(
  bytes: Uint8Array,
  through: { readonly readable: ReadableStream; readonly writable: WritableStream },
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = through.writable.getWriter();
  // What is wrong with the bytes is told by the reader as well.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  const reader = (through.readable as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length > maxBytes) {
      reader.cancel().catch(() => {});
      throw new ConnectError(
        `message is larger than configured readMaxBytes ${maxBytes} after decompression`,
        Code.ResourceExhausted,
      );
    }
  }
  return joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
