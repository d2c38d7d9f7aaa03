/** Floods: many of something that costs its sender little. Memory is what is looked at, and that others are served. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { encodeGetWorkflowExecutionHistoryRequest } from "../../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Listener } from "../../../../src/platform/server-platform.ts";
import { type Fault, until } from "../../../transport/fault.ts";
import { framed } from "../raw-call.ts";
import {
  ACK,
  END_HEADERS,
  END_STREAM,
  ended,
  Frame,
  flood,
  frame,
  HELLO,
  headerBlock,
  NOTHING,
  open,
  PREFACE,
  request,
  turn,
} from "../raw-frames.ts";
import { HISTORY, POLL, type Served, SYSTEM_INFO, servesOthers, serving } from "../served.ts";

/** More than any of the floods may make the process grow, its client included; far less than they send or ask for. */
const MOST_GROWN = 400e6;

/** Serves, and asserts that what `attack` does neither makes the process grow much nor keeps others from being served. */
function under(attack: (served: Served) => Promise<void>): () => Promise<void> {
  return () =>
    serving({}, async (served) => {
      const before = process.memoryUsage.rss();
      await attack(served);
      await servesOthers(served.listener);
      const grown = process.memoryUsage.rss() - before;
      assert.ok(grown < MOST_GROWN, `${Math.round(grown / 1e6)} MB more`);
    });
}

/** Sends a piece over and over, on a connection that is read or not. */
async function flooding(listener: Listener, piece: Uint8Array, options: { reads: boolean }): Promise<void> {
  const socket = await open(listener, HELLO);
  if (options.reads) socket.resume();
  else socket.pause();
  await flood(socket, piece, 8e6);
  await servesOthers(listener);
  socket.destroy();
}

const many = (bytes: Uint8Array, times: number): Buffer =>
  Buffer.concat(Array.from({ length: times }, () => bytes));

const FLOODS: Readonly<Record<string, Uint8Array>> = {
  PING: many(frame(Frame.ping, 0, 0, new Uint8Array(8)), 1000),
  "answers to PING": many(frame(Frame.ping, ACK, 0, new Uint8Array(8)), 1000),
  SETTINGS: many(frame(Frame.settings, 0, 0, Buffer.from([0, 3, 0, 0, 0, 100])), 1000),
  "empty WINDOW_UPDATE of streams that are none": many(
    frame(Frame.windowUpdate, 0, 1, Buffer.from([0, 0, 0, 1])),
    1000,
  ),
};

export const floods: readonly Fault[] = [
  ...Object.entries(FLOODS).flatMap(([name, piece]) =>
    [true, false].map((reads) => ({
      name: `${name} without end, by a client that ${reads ? "reads" : "does not read"}`,
      run: under(({ listener }) => flooding(listener, piece, { reads })),
    })),
  ),
  {
    name: "headers without end, by CONTINUATION",
    run: under(async ({ listener }) => {
      const socket = await open(listener, HELLO);
      socket.resume();
      socket.write(frame(Frame.headers, 0, 1, headerBlock(SYSTEM_INFO)));
      const piece = headerBlock("/x", [["x-filler", "f".repeat(15_000)]]).subarray(0, 15_000);
      const sent = await flood(socket, frame(Frame.continuation, 0, 1, piece), 64e6);
      await servesOthers(listener);
      socket.destroy();
      assert.ok(sent < 64e6, "all of it was taken");
    }),
  },
  {
    name: "headers that are too large",
    run: under(async ({ listener }) => {
      const http1 = await open(
        listener,
        Buffer.from(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"x".repeat(1e6)}\r\n\r\n`),
      );
      await ended(http1);
      const http2 = await open(listener, HELLO);
      http2.resume();
      for (let n = 0; n < 50; n += 1) {
        const block = headerBlock(SYSTEM_INFO, [["x-big", "x".repeat(16_000)]]);
        const [first, rest] = [block.subarray(0, 8_000), block.subarray(8_000)];
        http2.write(frame(Frame.headers, END_STREAM, 1 + 2 * n, first));
        http2.write(frame(Frame.continuation, END_HEADERS, 1 + 2 * n, rest));
      }
      await servesOthers(listener);
      http2.destroy();
    }),
  },
  {
    name: "rapid reset: 20,000 calls that are taken back at once",
    run: under(async ({ listener, waiting }) => {
      for (const block of [
        headerBlock(POLL),
        headerBlock(POLL, [], { method: "GET" }),
        plainBlock("/api/v1/nope"),
      ]) {
        const socket = await open(listener, HELLO);
        socket.resume();
        for (let n = 0; n < 20_000 && socket.writable; n += 100) {
          const calls = Array.from({ length: 100 }, (_, each) => {
            const id = 1 + 2 * (n + each);
            const call = [
              frame(Frame.headers, END_HEADERS, id, block),
              frame(Frame.data, END_STREAM, id, framed(NOTHING)),
              frame(Frame.reset, 0, id, Buffer.from([0, 0, 0, 8])),
            ];
            return Buffer.concat(call);
          });
          socket.write(Buffer.concat(calls));
          await turn();
        }
        socket.destroy();
      }
      // 60,000 calls take their time on a busy machine.
      await until(() => waiting.size === 0, "the end of the polls", 90_000);
    }),
  },
  {
    name: "requests of 4 MiB that never end",
    run: under(async ({ listener }) => {
      const sockets = [];
      for (const path of [SYSTEM_INFO, "/api/v1/namespaces/n/workflows/w/signal/s"]) {
        const socket = await open(listener, HELLO);
        socket.resume();
        sockets.push(socket);
        const block = path === SYSTEM_INFO ? headerBlock(path) : plainBlock(path);
        for (let n = 0; n < 200; n += 1) socket.write(frame(Frame.headers, END_HEADERS, 1 + 2 * n, block));
        const begin = framed(NOTHING, { length: 4_000_000 });
        const bytes = Buffer.concat([begin, new Uint8Array(16_000)]);
        for (let n = 0; n < 200; n += 1) {
          // As much as a stream's window lets through at first.
          for (let part = 0; part < 4; part += 1) socket.write(frame(Frame.data, 0, 1 + 2 * n, bytes));
          socket.write(frame(Frame.windowUpdate, 0, 0, Buffer.from([0, 1, 0, 0])));
        }
      }
      await servesOthers(listener);
      for (const socket of sockets) socket.destroy();
    }),
  },
  {
    name: "gzip bombs, many at once",
    run: under(async ({ listener }) => {
      const socket = await open(listener, HELLO);
      socket.resume();
      const block = headerBlock(HISTORY, [["grpc-encoding", "gzip"]]);
      // A field of nearly 4 MiB, and one of 64 MiB.
      const field = encodeGetWorkflowExecutionHistoryRequest({ nextPageToken: new Uint8Array(4_190_000) });
      const bombs = [
        gzipSync(field, { level: 9 }),
        gzipSync(new Uint8Array(64e6), { level: 9 }).subarray(0, 60_000),
      ];
      for (let n = 0; n < 100; n += 1) {
        const message = framed(bombs[n % 2] ?? NOTHING, { flag: 1 });
        socket.write(frame(Frame.headers, END_HEADERS, 1 + 2 * n, block));
        for (let at = 0; at < message.length; at += 16_384) {
          const part = message.subarray(at, at + 16_384);
          const last = at + 16_384 >= message.length;
          socket.write(frame(Frame.data, last ? END_STREAM : 0, 1 + 2 * n, part));
        }
      }
      await servesOthers(listener);
      socket.destroy();
    }),
  },
  {
    name: "clients that ask for JSON and never read are not answered for ever, over HTTP/1.1 and HTTP/2",
    run: () =>
      serving({}, async ({ listener, histories }) => {
        const target = "/api/v1/namespaces/n/workflows/w/history?maximumPageSize=1000000";
        const http1 = await open(listener);
        http1.pause();
        http1.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(300));
        const http2 = await open(listener, HELLO);
        http2.pause();
        for (let n = 0; n < 300; n += 1) {
          http2.write(frame(Frame.headers, END_HEADERS | END_STREAM, 1 + 2 * n, plainBlock(target, "GET")));
        }
        await until(() => histories() > 20, "answers as far as there is room");
        await servesOthers(listener);
        for (let n = 0; n < 100; n += 1) await turn();
        // 1.3 MB each: half of what a connection may hold, and the few that HTTP/1.1 lets wait.
        assert.ok(histories() < 120, `${histories()} of 600`);
        http1.destroy();
        http2.destroy();
        await servesOthers(listener);
      }),
  },
  {
    name: "headers byte by byte, over HTTP/1.1 and HTTP/2, by 100 clients",
    run: under(async ({ listener }) => {
      const openings = [
        Buffer.from("GET /api/v1/system-info HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\nx: "),
        Buffer.concat([HELLO, frame(Frame.headers, 0, 1, headerBlock(SYSTEM_INFO))]),
        PREFACE.subarray(0, 20),
      ];
      const clients = await Promise.all(
        Array.from({ length: 100 }, async (_, n) => {
          const socket = await open(listener);
          socket.setNoDelay(true);
          return { socket, bytes: openings[n % openings.length] ?? NOTHING };
        }),
      );
      for (let at = 0; at < 60; at += 1) {
        for (const { socket, bytes } of clients) socket.write(bytes.subarray(at, at + 1));
        if (at % 20 === 0) await servesOthers(listener);
        await turn();
      }
      for (const { socket } of clients) socket.destroy();
    }),
  },
  {
    name: "JSON that is nested without end",
    run: under(async ({ listener }) => {
      const url = `http://${listener.address}/api/v1/namespaces/n/workflows/w/signal/s`;
      for (const body of [
        `{"input":${"[".repeat(500_000)}`,
        `{"input":${"[".repeat(500_000)}${"]".repeat(500_000)}}`,
      ]) {
        const answer = await fetch(url, { method: "POST", body });
        assert.ok(answer.status === 400 || answer.status === 500, String(answer.status));
        await answer.text();
      }
    }),
  },
  {
    name: "calls on a connection that reads nothing are cut, those of others are not",
    run: under(async ({ listener, waiting, release }) => {
      const socket = await open(listener, HELLO);
      socket.pause();
      const polls = Array.from({ length: 1000 }, (_, n) => request(1 + 2 * n, POLL, NOTHING));
      socket.write(Buffer.concat(polls));
      await until(() => waiting.size === 1000, "1000 polls");
      release();
      await servesOthers(listener);
      socket.destroy();
    }),
  },
];

/** The header block of a request that is not gRPC. */
function plainBlock(path: string, method = "POST"): Buffer {
  return headerBlock(path, [], { method, contentType: "application/json" });
}
