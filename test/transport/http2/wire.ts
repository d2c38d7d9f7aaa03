/** A connection without a socket: frames are put in by hand, and what comes out is read back. */
import {
  type ConnectionOwner,
  type Goaway,
  Http2Connection,
} from "../../../runtimes/node-api/http2/connection.ts";
import type { Http2Error } from "../../../runtimes/node-api/http2/error-codes.ts";
import type { HeaderBlock } from "../../../runtimes/node-api/http2/header-block.ts";
import { HeaderList, literalField } from "../../../runtimes/node-api/http2/hpack-encoder.ts";
import { Http2Stream } from "../../../runtimes/node-api/http2/stream.ts";

export const Type = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY = 32;

export interface WireFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

const PREFACE_BYTES = 24;

/** The bytes of a frame. */
export function frame(
  type: number,
  streamId: number,
  { flags = 0, payload = Buffer.alloc(0) }: { flags?: number; payload?: Buffer } = {},
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** Numbers of four bytes. */
export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, index * 4);
  });
  return bytes;
}

/** A SETTINGS frame. */
export function settings(...pairs: [id: number, value: number][]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6);
  pairs.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  });
  return frame(Type.SETTINGS, 0, { payload });
}

/** A block of headers that changes no table. */
export function block(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(Object.entries(headers).map(([name, value]) => literalField(name, value)));
}

export const ANSWER: Buffer = block({ ":status": "200", "content-type": "application/grpc" });
export const TRAILERS: Buffer = block({ "grpc-status": "0" });

/** The frames that some bytes consist of. */
export function framesOf(bytes: Buffer): WireFrame[] {
  const frames: WireFrame[] = [];
  let at = bytes.subarray(0, 3).toString() === "PRI" ? PREFACE_BYTES : 0;
  while (at + 9 <= bytes.length) {
    const size = bytes.readUIntBE(at, 3);
    const payload = Buffer.from(bytes.subarray(at + 9, at + 9 + size));
    frames.push({
      type: bytes[at + 3]!,
      flags: bytes[at + 4]!,
      streamId: bytes.readUInt32BE(at + 5),
      payload,
    });
    at += 9 + size;
  }
  return frames;
}

/** A stream that writes down what it is told. */
export class Recorder extends Http2Stream {
  readonly message: Uint8Array;
  readonly heard: string[] = [];
  readonly #parts: Buffer[] = [];
  /** How it ended; undefined while it is open. */
  ending: string | undefined;

  constructor(message: Uint8Array = new Uint8Array(3)) {
    super();
    this.message = message;
  }

  get body(): Buffer {
    return Buffer.concat(this.#parts);
  }

  onHeaders(headers: HeaderBlock): void {
    this.heard.push(`headers ${headers.get(":status")}`);
  }

  onData(bytes: Buffer, start: number, end: number): void {
    this.#parts.push(bytes.subarray(start, end));
  }

  onTrailers(trailers: HeaderBlock): void {
    this.heard.push(`trailers ${trailers.get("grpc-status")}`);
  }

  onEnd(): void {
    this.#end("end");
  }

  onReset(code: number): void {
    this.#end(`reset ${code}`);
  }

  onMalformed(problem: string): void {
    this.#end(`malformed: ${problem}`);
  }

  onLost(neverSent: boolean): void {
    this.#end(neverSent ? "lost, never sent" : "lost");
  }

  #end(how: string): void {
    if (this.ending !== undefined) throw new Error(`${how} after ${this.ending}`);
    this.ending = how;
  }
}

const REQUEST = new HeaderList([
  { name: ":method", value: "POST", repeated: true },
  { name: ":path", value: "/a/b", repeated: true },
]);

/** A connection that has been greeted, unless `greeted` is false. */
export class Wire {
  readonly connection: Http2Connection;
  readonly goaways: Goaway[] = [];
  error: Http2Error | undefined;
  closed = 0;
  pongs = 0;

  constructor({ greeted = true, firstStreamId = 1 }: { greeted?: boolean; firstStreamId?: number } = {}) {
    const owner: ConnectionOwner = {
      outputBegins: () => {},
      settingsReceived: () => {},
      streamClosed: () => {
        this.closed += 1;
      },
      goawayReceived: (goaway) => void this.goaways.push(goaway),
      pongReceived: () => {
        this.pongs += 1;
      },
      failed: (error) => {
        this.error = error;
      },
    };
    this.connection = new Http2Connection(owner, firstStreamId);
    this.connection.begin();
    if (!greeted) return;
    this.put(settings());
    this.out();
  }

  /** What the peer says. */
  put(...bytes: Buffer[]): this {
    this.connection.receive(Buffer.concat(bytes));
    return this;
  }

  /** What we have said since the last time. */
  out(): WireFrame[] {
    const frames = framesOf(Buffer.from(this.connection.take()));
    this.connection.recycle();
    this.connection.flushed(true);
    return frames;
  }

  open(message?: Uint8Array): Recorder {
    const stream = new Recorder(message);
    this.connection.open(stream, REQUEST, undefined);
    return stream;
  }
}
