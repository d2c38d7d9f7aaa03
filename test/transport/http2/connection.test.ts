import { describe, expect, test } from "vitest";
import { Http2Code } from "../../../runtimes/node-api/http2/error-codes.ts";
import {
  ACK,
  ANSWER,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  PADDED,
  PRIORITY,
  settings,
  TRAILERS,
  Type,
  uint32,
  Wire,
} from "./wire.ts";

const headers = (streamId: number, payload = ANSWER, flags = END_HEADERS): Buffer =>
  frame(Type.HEADERS, streamId, { flags, payload });
const data = (streamId: number, text: string, flags = 0): Buffer =>
  frame(Type.DATA, streamId, { flags, payload: Buffer.from(text) });
const trailers = (streamId: number, payload = TRAILERS): Buffer =>
  headers(streamId, payload, END_HEADERS | END_STREAM);

describe("a request and its answer", () => {
  test("headers, message and end leave in one piece; a whole answer in one chunk ends it", () => {
    const wire = new Wire();
    const stream = wire.open(Buffer.from("hello"));
    const out = wire.out();
    expect(out.map(({ type, flags }) => [type, flags])).toEqual([
      [Type.HEADERS, END_HEADERS],
      [Type.DATA, END_STREAM],
    ]);
    expect(out[1]?.payload.toString("latin1")).toBe("\0\0\0\0\x05hello");
    wire.put(headers(1), data(1, "world"), trailers(1));
    expect([stream.heard, stream.body.toString(), stream.ending]).toEqual([
      ["headers 200", "trailers 0"],
      "world",
      "end",
    ]);
    expect([wire.closed, wire.out()]).toEqual([1, []]);
  });

  test("the same answer byte by byte", () => {
    const wire = new Wire();
    const stream = wire.open();
    for (const byte of Buffer.concat([headers(1), data(1, "world"), trailers(1)]))
      wire.put(Buffer.from([byte]));
    expect([stream.heard, stream.body.toString(), stream.ending]).toEqual([
      ["headers 200", "trailers 0"],
      "world",
      "end",
    ]);
  });

  test("padding and priority are left out, unknown frames and settings too", () => {
    const wire = new Wire();
    const stream = wire.open();
    const padded = Buffer.concat([Buffer.from([3]), Buffer.alloc(5), ANSWER, Buffer.alloc(3)]);
    wire.put(
      settings([0x99, 7]),
      frame(Type.PRIORITY, 1, { payload: Buffer.alloc(5) }),
      frame(0x42, 77, { payload: Buffer.alloc(20) }),
      headers(1, padded, END_HEADERS | PADDED | PRIORITY),
      frame(Type.DATA, 1, { flags: PADDED, payload: Buffer.from("\x02ab\0\0") }),
      frame(Type.DATA, 1, { flags: PADDED, payload: Buffer.from("\0cd") }),
      trailers(1),
    );
    expect([stream.heard, stream.body.toString(), stream.ending]).toEqual([
      ["headers 200", "trailers 0"],
      "abcd",
      "end",
    ]);
  });

  test("headers in many frames, and information before them", () => {
    const wire = new Wire();
    const stream = wire.open();
    wire.put(
      headers(1, block({ ":status": "103", link: "</a>" })),
      headers(1, ANSWER.subarray(0, 5), 0),
      frame(Type.CONTINUATION, 1, { payload: ANSWER.subarray(5, 9) }),
      frame(Type.CONTINUATION, 1, { payload: ANSWER.subarray(9), flags: END_HEADERS }),
      headers(1, TRAILERS.subarray(0, 1), END_STREAM),
      frame(Type.CONTINUATION, 1, { payload: TRAILERS.subarray(1), flags: END_HEADERS }),
    );
    expect([stream.heard, stream.ending]).toEqual([["headers 200", "trailers 0"], "end"]);
  });

  test("an answer before the request is out stops the request", () => {
    const wire = new Wire();
    const stream = wire.open(new Uint8Array(200_000));
    wire.out();
    wire.put(trailers(1, block({ ":status": "200", "grpc-status": "7" })));
    expect(stream.ending).toBe("end");
    expect(wire.out()).toMatchObject([{ type: Type.RST_STREAM, payload: uint32(Http2Code.CANCEL) }]);
    wire.put(frame(Type.RST_STREAM, 1, { payload: uint32(0) }));
    wire.put(frame(Type.WINDOW_UPDATE, 0, { payload: uint32(1 << 20) }));
    expect([wire.out(), wire.error]).toEqual([[], undefined]);
  });

  test.each([
    ["a body without headers", [data(1, "x")]],
    ["a second answer", [headers(1), headers(1)]],
    ["trailers that are not the end", [headers(1), headers(1, TRAILERS)]],
    ["an answer without a status", [headers(1, block({ "content-type": "x" }))]],
    ["a status that is none", [headers(1, block({ ":status": "2x0" }))]],
    ["information as the end", [trailers(1, block({ ":status": "100" }))]],
    ["a pseudo-header in trailers", [headers(1), trailers(1, block({ ":status": "200" }))]],
    ["a name in capitals", [headers(1, block({ ":status": "200", Upper: "x" }))]],
  ])("%s ends the call alone", (_name, frames) => {
    const wire = new Wire();
    const stream = wire.open();
    wire.out();
    wire.put(...frames);
    expect(stream.ending).toMatch(/^malformed: /);
    expect(wire.out()).toMatchObject([{ type: Type.RST_STREAM, payload: uint32(Http2Code.PROTOCOL_ERROR) }]);
    const next = wire.open();
    wire.put(trailers(3, block({ ":status": "200", "grpc-status": "0" })));
    expect([next.ending, wire.error]).toEqual(["end", undefined]);
  });
});

describe("streams that are over", () => {
  test("what still comes for them is ignored, and costs no memory", () => {
    const wire = new Wire();
    const streams = Array.from({ length: 1_000 }, () => wire.open());
    for (const stream of streams) wire.connection.cancel(stream);
    wire.out();
    for (const { id } of streams) {
      wire.put(headers(id), data(id, "late"), frame(Type.WINDOW_UPDATE, id, { payload: uint32(9) }));
      wire.put(trailers(id), frame(Type.RST_STREAM, id, { payload: uint32(8) }));
    }
    expect([wire.closed, wire.error, wire.out()]).toEqual([1_000, undefined, []]);
    expect(streams.every(({ heard, ending }) => heard.length === 0 && ending === undefined)).toBe(true);
  });

  test("their headers still count for the table", () => {
    const wire = new Wire();
    const first = wire.open();
    const second = wire.open();
    wire.connection.cancel(first);
    // A literal that enters the table, and then its index.
    const entering = Buffer.concat([
      Buffer.from([0x88, 0x40, 1]),
      Buffer.from("x"),
      Buffer.from([1]),
      Buffer.from("y"),
    ]);
    wire.put(headers(1, entering), headers(3, Buffer.from([0x88, 0xbe])), trailers(3));
    expect([second.ending, wire.error]).toEqual(["end", undefined]);
  });

  test("windows are given back for bodies that nobody wants", () => {
    const wire = new Wire();
    wire.connection.cancel(wire.open());
    wire.out();
    for (let count = 0; count < 1_100; count++) wire.put(data(1, "x".repeat(16_384)));
    expect(wire.out()).toMatchObject([{ type: Type.WINDOW_UPDATE, streamId: 0 }]);
    expect(wire.error).toBeUndefined();
  });

  test("ids that run out", () => {
    const wire = new Wire({ firstStreamId: 0x7fff_fffd });
    expect(wire.connection.exhausted).toBe(false);
    wire.open();
    expect(wire.connection.exhausted).toBe(false);
    const last = wire.open();
    expect([last.id, wire.connection.exhausted]).toEqual([0x7fff_ffff, true]);
    wire.put(trailers(0x7fff_ffff, block({ ":status": "200", "grpc-status": "0" })));
    expect(last.ending).toBe("end");
  });
});

describe("the connection", () => {
  test("greets: no push, our window, our limit of headers", () => {
    const wire = new Wire({ greeted: false });
    const [greeting, window] = wire.out();
    expect(greeting?.payload.toString("hex")).toBe("000200000000000400400000000600020000");
    expect(window).toMatchObject({ type: Type.WINDOW_UPDATE, streamId: 0 });
  });

  test("answers PING and SETTINGS, and hears PONG", () => {
    const wire = new Wire();
    const payload = Buffer.from("12345678");
    wire.put(frame(Type.PING, 0, { payload }), settings([1, 0]), frame(Type.SETTINGS, 0, { flags: ACK }));
    expect(wire.out()).toMatchObject([
      { type: Type.PING, flags: ACK, payload },
      { type: Type.SETTINGS, flags: ACK, payload: Buffer.alloc(0) },
    ]);
    wire.connection.ping();
    expect(wire.out()).toMatchObject([{ type: Type.PING, flags: 0 }]);
    wire.put(frame(Type.PING, 0, { flags: ACK, payload }));
    expect(wire.pongs).toBe(1);
  });

  test("GOAWAY in two steps: only what the second does not name was not looked at", () => {
    const wire = new Wire();
    const [first, second, third] = [wire.open(), wire.open(), wire.open()];
    wire.put(frame(Type.GOAWAY, 0, { payload: uint32(0x7fff_ffff, 0) }));
    expect([first.ending, second.ending, third.ending]).toEqual([undefined, undefined, undefined]);
    wire.put(frame(Type.GOAWAY, 0, { payload: Buffer.concat([uint32(3, 11), Buffer.from("calm")]) }));
    expect([first.ending, second.ending, third.ending]).toEqual([undefined, undefined, "reset 7"]);
    expect(wire.goaways.at(-1)).toEqual({ code: 11, lastStreamId: 3, text: "calm" });
    wire.put(trailers(1, block({ ":status": "200", "grpc-status": "0" })));
    expect([first.ending, wire.closed]).toEqual(["end", 2]);
  });

  test("a lost connection: what had not left was never sent", () => {
    const wire = new Wire();
    const first = wire.open();
    wire.out();
    const second = wire.open();
    wire.connection.lose();
    expect([first.ending, second.ending, wire.closed]).toEqual(["lost", "lost, never sent", 2]);
  });

  test("a socket that takes no more: messages wait, and go on from where they were", () => {
    const wire = new Wire();
    wire.put(settings([4, 10_000_000]), frame(Type.WINDOW_UPDATE, 0, { payload: uint32(10_000_000) }));
    wire.connection.take();
    wire.connection.flushed(false);
    wire.open(new Uint8Array(2_000_000));
    expect(wire.connection.take().length).toBeLessThan(100);
    let sent = 0;
    for (let round = 0; round < 20; round++) {
      wire.connection.flushed(true);
      const { length } = wire.connection.take();
      expect(length).toBeLessThan(400_000);
      sent += length;
    }
    expect(sent).toBeGreaterThan(2_000_000);
  });

  const onOpen =
    (...frames: Buffer[]): (() => Buffer[]) =>
    () =>
      frames;
  test.each([
    ["DATA for a stream that was never opened", Http2Code.PROTOCOL_ERROR, onOpen(data(5, "x"))],
    ["HEADERS for a stream of the server's", Http2Code.PROTOCOL_ERROR, onOpen(headers(2))],
    ["DATA on stream 0", Http2Code.PROTOCOL_ERROR, onOpen(data(0, "x"))],
    [
      "RST_STREAM on stream 0",
      Http2Code.PROTOCOL_ERROR,
      onOpen(frame(Type.RST_STREAM, 0, { payload: uint32(0) })),
    ],
    [
      "RST_STREAM of a wrong size",
      Http2Code.FRAME_SIZE_ERROR,
      onOpen(frame(Type.RST_STREAM, 1, { payload: Buffer.alloc(5) })),
    ],
    ["SETTINGS on a stream", Http2Code.PROTOCOL_ERROR, onOpen(frame(Type.SETTINGS, 1))],
    [
      "SETTINGS of a wrong size",
      Http2Code.FRAME_SIZE_ERROR,
      onOpen(frame(Type.SETTINGS, 0, { payload: Buffer.alloc(5) })),
    ],
    [
      "an answer to SETTINGS that says something",
      Http2Code.FRAME_SIZE_ERROR,
      onOpen(frame(Type.SETTINGS, 0, { flags: ACK, payload: Buffer.alloc(6) })),
    ],
    ["a server that allows pushing", Http2Code.PROTOCOL_ERROR, onOpen(settings([2, 1]))],
    ["too large an initial window", Http2Code.FLOW_CONTROL_ERROR, onOpen(settings([4, 0x8000_0000]))],
    [
      "an initial window that makes a stream's too large",
      Http2Code.FLOW_CONTROL_ERROR,
      onOpen(frame(Type.WINDOW_UPDATE, 1, { payload: uint32(0x7fff_0000) }), settings([4, 0x7fff_ffff])),
    ],
    ["too small a frame size", Http2Code.PROTOCOL_ERROR, onOpen(settings([5, 16_383]))],
    ["too large a frame size", Http2Code.PROTOCOL_ERROR, onOpen(settings([5, 0x100_0000]))],
    [
      "PING of a wrong size",
      Http2Code.FRAME_SIZE_ERROR,
      onOpen(frame(Type.PING, 0, { payload: Buffer.alloc(7) })),
    ],
    ["PING on a stream", Http2Code.PROTOCOL_ERROR, onOpen(frame(Type.PING, 1, { payload: Buffer.alloc(8) }))],
    [
      "GOAWAY on a stream",
      Http2Code.PROTOCOL_ERROR,
      onOpen(frame(Type.GOAWAY, 1, { payload: uint32(0, 0) })),
    ],
    ["GOAWAY too short", Http2Code.FRAME_SIZE_ERROR, onOpen(frame(Type.GOAWAY, 0, { payload: uint32(0) }))],
    [
      "WINDOW_UPDATE by nothing",
      Http2Code.PROTOCOL_ERROR,
      onOpen(frame(Type.WINDOW_UPDATE, 0, { payload: uint32(0) })),
    ],
    [
      "WINDOW_UPDATE of a wrong size",
      Http2Code.FRAME_SIZE_ERROR,
      onOpen(frame(Type.WINDOW_UPDATE, 0, { payload: Buffer.alloc(3) })),
    ],
    [
      "a window that grows too large",
      Http2Code.FLOW_CONTROL_ERROR,
      onOpen(frame(Type.WINDOW_UPDATE, 0, { payload: uint32(0x7fff_ffff) })),
    ],
    [
      "a stream's window that grows too large",
      Http2Code.FLOW_CONTROL_ERROR,
      onOpen(frame(Type.WINDOW_UPDATE, 1, { payload: uint32(0x7fff_ffff) })),
    ],
    ["PUSH_PROMISE", Http2Code.PROTOCOL_ERROR, onOpen(frame(Type.PUSH_PROMISE, 1, { payload: uint32(2) }))],
    ["CONTINUATION of nothing", Http2Code.PROTOCOL_ERROR, onOpen(frame(Type.CONTINUATION, 1))],
    [
      "another frame in the middle of headers",
      Http2Code.PROTOCOL_ERROR,
      onOpen(headers(1, ANSWER, 0), data(1, "x")),
    ],
    [
      "CONTINUATION of another stream",
      Http2Code.PROTOCOL_ERROR,
      onOpen(headers(1, ANSWER, 0), frame(Type.CONTINUATION, 3)),
    ],
    [
      "endless CONTINUATION",
      Http2Code.ENHANCE_YOUR_CALM,
      onOpen(
        headers(1, ANSWER, 0),
        ...Array.from({ length: 20 }, () => frame(Type.CONTINUATION, 1, { payload: Buffer.alloc(16_384) })),
      ),
    ],
    [
      "endless CONTINUATION of nothing",
      Http2Code.ENHANCE_YOUR_CALM,
      onOpen(headers(1, ANSWER, 0), ...Array.from({ length: 300 }, () => frame(Type.CONTINUATION, 1))),
    ],
    [
      "more padding than payload",
      Http2Code.PROTOCOL_ERROR,
      onOpen(frame(Type.DATA, 1, { flags: PADDED, payload: Buffer.from([9, 0]) })),
    ],
    ["padding without its length", Http2Code.PROTOCOL_ERROR, onOpen(frame(Type.DATA, 1, { flags: PADDED }))],
    [
      "a priority cut off",
      Http2Code.FRAME_SIZE_ERROR,
      onOpen(headers(1, Buffer.alloc(3), END_HEADERS | PRIORITY)),
    ],
    [
      "a frame too large",
      Http2Code.FRAME_SIZE_ERROR,
      onOpen(frame(Type.DATA, 1, { payload: Buffer.alloc(16_385) })),
    ],
    ["headers that cannot be decoded", Http2Code.COMPRESSION_ERROR, onOpen(headers(1, Buffer.from([0x80])))],
  ])("%s ends it", (_name, code, frames) => {
    const wire = new Wire();
    wire.open();
    wire.out();
    wire.put(...frames());
    expect(wire.error?.http2Code).toBe(code);
    const last = wire.out().at(-1);
    expect([last?.type, last?.payload.readUInt32BE(4)]).toEqual([Type.GOAWAY, code]);
    expect(last?.payload.length).toBeGreaterThan(8);
  });

  test.each([
    ["text of HTTP/1", Buffer.from("HTTP/1.1 400 Bad Request\r\n"), /answered in HTTP\/1/],
    ["a page", Buffer.from("<html><body>"), /not HTTP\/2 SETTINGS/],
    ["PING before SETTINGS", frame(Type.PING, 0, { payload: Buffer.alloc(8) }), /not HTTP\/2 SETTINGS/],
    [
      "an answer to SETTINGS before SETTINGS",
      frame(Type.SETTINGS, 0, { flags: ACK }),
      /not HTTP\/2 SETTINGS/,
    ],
  ])("%s at the beginning is not HTTP/2", (_name, bytes, message) => {
    const wire = new Wire({ greeted: false });
    wire.put(bytes);
    expect(wire.error?.message).toMatch(message);
  });

  test.each([
    ["PING", frame(Type.PING, 0, { payload: Buffer.alloc(8) })],
    ["SETTINGS", settings([3, 100])],
  ])("a flood of %s whose answers are not read ends it", (_name, bytes) => {
    const wire = new Wire();
    for (let count = 0; count < 100 && !wire.error; count++) {
      wire.put(...Array.from({ length: 1_000 }, () => bytes));
      wire.connection.take();
      wire.connection.flushed(false);
    }
    expect(wire.error?.http2Code).toBe(Http2Code.ENHANCE_YOUR_CALM);
  });

  test("small requests do not wait for all of a large one that came before them, nor it for all of them", () => {
    const wire = new Wire().put(settings([4, 1_000_000]));
    const sentOf = (): [streamId: number, bytes: number][] =>
      wire
        .out()
        .filter(({ type }) => type === Type.DATA)
        .map(({ streamId, payload }) => [streamId, payload.length]);
    wire.open(Buffer.alloc(100_000));
    expect(sentOf().reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(65_535);
    wire.open(Buffer.alloc(95));
    wire.open(Buffer.alloc(20_000));
    wire.open(Buffer.alloc(400_000));
    expect(sentOf()).toEqual([]);
    wire.put(frame(Type.WINDOW_UPDATE, 0, { payload: uint32(40_000) }));
    expect(sentOf()).toEqual([
      [3, 100],
      [5, 16_384],
      [1, 16_384],
      [5, 3_621],
      [1, 3_511],
    ]);
    // Large ones come one after the other.
    wire.put(frame(Type.WINDOW_UPDATE, 0, { payload: uint32(16_384) }));
    expect(sentOf()).toEqual([
      [1, 14_575],
      [7, 1_809],
    ]);
  });

  test("half a window of a long answer is given back while it comes, for stream and connection", () => {
    const wire = new Wire();
    wire.open();
    wire.out();
    wire.put(headers(1));
    const given = new Map<number, number>();
    for (let count = 0; count < 2_000; count++) {
      wire.put(data(1, "x".repeat(16_384)));
      for (const { type, streamId, payload } of wire.out()) {
        expect(type).toBe(Type.WINDOW_UPDATE);
        given.set(streamId, (given.get(streamId) ?? 0) + payload.readUInt32BE());
      }
    }
    expect(2_000 * 16_384 - given.get(1)!).toBeLessThan(3 << 20);
    expect(2_000 * 16_384 - given.get(0)!).toBeLessThan(17 << 20);
  });
});
