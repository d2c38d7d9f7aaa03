/** Frames of HTTP/2 as bytes, right or wrong, and connections that send them. */
import { connect, type Socket } from "node:net";
import { literalField } from "../../../runtimes/node-api/http2/hpack-encoder.ts";
import type { Listener } from "../../../src/platform/server-platform.ts";
import { until } from "../../transport/fault.ts";
import { framed } from "./raw-call.ts";
import { portOf } from "./served.ts";

export const NOTHING: Uint8Array = new Uint8Array(0);
export const PREFACE: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
export const END_STREAM = 1;
export const END_HEADERS = 4;
export const ACK = 1;

/** Types of frames. */
export const Frame = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** One frame. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array = NOTHING): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** What every client says first. */
export const HELLO: Buffer = Buffer.concat([PREFACE, frame(Frame.settings, 0, 0)]);

/** The header block of a gRPC request with more headers, or of another. */
export function headerBlock(
  path: string,
  more: readonly (readonly [string, string])[] = [],
  { method = "POST", contentType = "application/grpc" } = {},
): Buffer {
  const fields = [
    [":method", method],
    [":scheme", "http"],
    [":path", path],
    [":authority", "localhost"],
    ["te", "trailers"],
    ["content-type", contentType],
    ...more,
  ] as const;
  return Buffer.concat(fields.map(([name, value]) => literalField(name, value)));
}

/** A gRPC request; without a message it never ends. */
export function request(streamId: number, path: string, message: Uint8Array | undefined): Buffer {
  const head = frame(Frame.headers, END_HEADERS, streamId, headerBlock(path));
  return message === undefined
    ? head
    : Buffer.concat([head, frame(Frame.data, END_STREAM, streamId, framed(message))]);
}

/** Opens a connection and says something. */
export async function open(listener: Listener, bytes: Uint8Array = NOTHING): Promise<Socket> {
  const socket = connect({ port: portOf(listener.address), host: "127.0.0.1" });
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  if (bytes.length > 0) socket.write(bytes);
  return socket;
}

/** Sends a piece again and again as fast as it is taken, until so many bytes were given, or the connection has ended. */
export async function flood(socket: Socket, piece: Uint8Array, bytes: number): Promise<number> {
  let sent = 0;
  let closed = false;
  socket.once("close", () => {
    closed = true;
  });
  while (sent < bytes && !closed && socket.writable) {
    sent += piece.length;
    if (socket.write(piece)) continue;
    let drained = false;
    socket.once("drain", () => {
      drained = true;
    });
    // A server that takes nothing more is as good as one that ends it.
    const end = performance.now() + 500;
    while (!drained && !closed && performance.now() < end) await turn();
    if (!drained) break;
  }
  return sent;
}

/** Lets everything else have its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** Waits until a connection was ended by its peer. */
export function ended(socket: Socket): Promise<void> {
  socket.resume();
  return until(() => socket.destroyed || socket.readableEnded, "the end of the connection");
}
