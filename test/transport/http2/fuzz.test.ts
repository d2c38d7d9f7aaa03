/** Whatever a server says: no exception leaves the connection, every stream ends exactly once, every call in an RpcError. */
import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { RpcError } from "../../../src/platform/rpc-port.ts";
import { HELLO, openChannel, PATH } from "../fault.ts";
import { type Random, seeded } from "./random.ts";
import {
  ANSWER,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  framesOf,
  type Recorder,
  settings,
  TRAILERS,
  Type,
  uint32,
  Wire,
} from "./wire.ts";

/** What a server could say to a handful of calls. */
function conversation(): Buffer {
  const ids = [1, 3, 5];
  return Buffer.concat([
    settings([3, 100], [4, 70_000], [1, 100]),
    frame(Type.WINDOW_UPDATE, 0, { payload: uint32(100_000) }),
    ...ids.flatMap((id) => [
      frame(Type.HEADERS, id, { flags: END_HEADERS, payload: ANSWER }),
      frame(Type.PING, 0, { payload: Buffer.alloc(8) }),
      frame(Type.DATA, id, { payload: Buffer.from("\0\0\0\0\x05hello") }),
      frame(Type.HEADERS, id, { flags: END_STREAM, payload: TRAILERS.subarray(0, 6) }),
      frame(Type.CONTINUATION, id, { flags: END_HEADERS, payload: TRAILERS.subarray(6) }),
    ]),
    frame(Type.GOAWAY, 0, { payload: uint32(5, 0) }),
    frame(Type.HEADERS, 7, { flags: END_HEADERS | END_STREAM, payload: block({ ":status": "200" }) }),
    frame(Type.RST_STREAM, 9, { payload: uint32(8) }),
  ]);
}

/** Flips bytes, cuts some out, doubles some, swaps in others. */
function mutated(bytes: Buffer, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let count = 1 + random(6); count > 0; count--) {
    const at = random(result.length);
    const to = Math.min(result.length, at + random(20));
    const kind = random(4);
    if (kind === 0) result[at] = random(256);
    else if (kind === 1) result = Buffer.concat([result.subarray(0, at), result.subarray(to)]);
    else if (kind === 2) result = Buffer.concat([result.subarray(0, to), result.subarray(at)]);
    else result[at] = result[at]! ^ (1 << random(8));
  }
  return result;
}

describe("bytes that no server should send", () => {
  test("10,000 mutations of a conversation, in chunks of all sizes", () => {
    const random = seeded(2026);
    const good = conversation();
    const endings = new Map<string, number>();
    for (let round = 0; round < 10_000; round++) {
      const wire = new Wire();
      const streams: Recorder[] = Array.from({ length: 5 }, () => wire.open(new Uint8Array(random(200))));
      const bytes = round === 0 ? good : mutated(good, random);
      const size = 1 + random(bytes.length);
      for (let at = 0; at < bytes.length; at += size) wire.put(bytes.subarray(at, at + size));
      wire.connection.lose();
      // What we say is well-formed, whatever we heard.
      expect(framesOf(Buffer.from(wire.connection.take())).length).toBeGreaterThan(0);
      expect(wire.closed).toBe(5);
      for (const { ending } of streams) {
        const kind = ending?.replace(/[:, ].*/s, "") ?? "open";
        endings.set(kind, (endings.get(kind) ?? 0) + 1);
      }
    }
    expect([...endings.keys()].sort()).toEqual(["end", "lost", "malformed", "reset"]);
  });

  test("noise after a good beginning", () => {
    const random = seeded(7);
    for (let round = 0; round < 5_000; round++) {
      const wire = new Wire();
      const stream = wire.open();
      const noise = Array.from({ length: 1 + random(8) }, () =>
        frame(random(12), random(4), {
          flags: random(256),
          payload: Buffer.from(Array.from({ length: random(30) }, () => random(256))),
        }),
      );
      wire.put(...noise);
      wire.connection.lose();
      expect(stream.ending).toBeDefined();
    }
  });

  test("on a real socket each call ends, in an answer or an RpcError, and the channel goes on", async () => {
    const random = seeded(99);
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      socket.write(settings([3, 100]));
      // Each connection is good for one piece of noise, and hangs up afterwards as often as not.
      socket.once("data", () => {
        socket.write(
          random(3) > 0 ? mutated(conversation().subarray(24), random) : Buffer.from([random(256)]),
        );
        if (random(2) === 0) setTimeout(() => socket.destroy(), random(20));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const channel = openChannel(`127.0.0.1:${port}`);
    for (let round = 0; round < 60; round++) {
      const calls = Array.from({ length: 4 }, () => channel.unary(PATH, HELLO, { timeoutMs: 60 }));
      for (const outcome of await Promise.allSettled(calls)) {
        if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(RpcError);
      }
    }
    await channel.close();
    expect(channel.stats).toEqual({ sessions: 0, connecting: 0, waiting: 0 });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});
