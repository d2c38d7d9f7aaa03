/**
 * An HTTP/2 server that writes its frames by hand: resets and GOAWAYs are then exactly what the test says, whatever the
 * runtime's own server makes of them.
 */
import { type AddressInfo, createServer, type Socket } from "node:net";
import { encodeFrame } from "../../runtimes/node-api/grpc/framing.ts";

const PREFACE_BYTES = 24;
const Type = { DATA: 0, HEADERS: 1, RST_STREAM: 3, SETTINGS: 4, PING: 6, GOAWAY: 7 } as const;
const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;

/** A request that has arrived whole. */
export interface FrameCall {
  /** Counts the calls of this server, from 1. */
  readonly number: number;
  readonly streamId: number;
  readonly peer: FramePeer;
}

/** One connection. */
export interface FramePeer {
  /** Counts the connections of this server, from 1. */
  readonly number: number;
  reset(streamId: number, code: number): void;
  goaway(lastStreamId: number, code: number, text?: string): void;
  /** Answers as gRPC does. */
  ok(streamId: number, message: Uint8Array): void;
  hangUp(): void;
}

export interface FrameServer {
  readonly address: string;
  /** Connections ever seen. */
  readonly seen: () => number;
  close(): Promise<void>;
}

export async function startFrameServer(handler: (call: FrameCall) => void): Promise<FrameServer> {
  const sockets = new Set<Socket>();
  const counts = { calls: 0, peers: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    counts.peers += 1;
    const peer = framePeer(socket, counts.peers);
    readFrames(socket, (frame) => {
      if (frame.type === Type.SETTINGS && !(frame.flags & ACK))
        write(socket, { ...frame, flags: ACK, payload: [] });
      if (frame.type === Type.PING && !(frame.flags & ACK)) write(socket, { ...frame, flags: ACK });
      if (frame.type === Type.DATA && frame.flags & END_STREAM) {
        counts.calls += 1;
        handler({ number: counts.calls, streamId: frame.streamId, peer });
      }
    });
    write(socket, { type: Type.SETTINGS, flags: 0, streamId: 0, payload: [] });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    seen: () => counts.peers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Uint8Array | readonly number[];
}

function framePeer(socket: Socket, number: number): FramePeer {
  return {
    number,
    reset: (streamId, code) =>
      write(socket, { type: Type.RST_STREAM, flags: 0, streamId, payload: uint32(code) }),
    goaway: (lastStreamId, code, text = "") => {
      const payload = Buffer.concat([uint32(lastStreamId), uint32(code), Buffer.from(text)]);
      write(socket, { type: Type.GOAWAY, flags: 0, streamId: 0, payload });
    },
    ok: (streamId, message) => {
      const headers = Buffer.concat([Buffer.from([0x88]), literal("content-type", "application/grpc")]);
      write(socket, { type: Type.HEADERS, flags: END_HEADERS, streamId, payload: headers });
      write(socket, { type: Type.DATA, flags: 0, streamId, payload: encodeFrame(message) });
      const trailers = literal("grpc-status", "0");
      write(socket, { type: Type.HEADERS, flags: END_HEADERS | END_STREAM, streamId, payload: trailers });
    },
    hangUp: () => socket.destroy(),
  };
}

function readFrames(socket: Socket, onFrame: (frame: Frame) => void): void {
  let buffer = Buffer.alloc(0);
  let prefaced = false;
  socket.on("data", (bytes: Buffer) => {
    buffer = Buffer.concat([buffer, bytes]);
    if (!prefaced && buffer.length >= PREFACE_BYTES) {
      prefaced = true;
      buffer = buffer.subarray(PREFACE_BYTES);
    }
    while (prefaced && buffer.length >= 9) {
      const size = buffer.readUIntBE(0, 3);
      if (buffer.length < 9 + size) return;
      const streamId = buffer.readUInt32BE(5);
      onFrame({ type: buffer[3]!, flags: buffer[4]!, streamId, payload: buffer.subarray(9, 9 + size) });
      buffer = buffer.subarray(9 + size);
    }
  });
}

function write(socket: Socket, { type, flags, streamId, payload }: Frame): void {
  if (socket.destroyed) return;
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  socket.write(Buffer.concat([head, Buffer.from(payload)]));
}

/** A header as HPACK's literal without indexing, its name spelt out. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
