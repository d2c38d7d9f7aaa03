/** Peers that are broken or mean no good: others must be served beside them. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { literalField } from "../../../../runtimes/node-api/http2/hpack-encoder.ts";
import { encodeGetWorkflowExecutionHistoryRequest } from "../../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Listener } from "../../../../src/platform/server-platform.ts";
import { type Fault, within } from "../../../transport/fault.ts";
import { framed } from "../raw-call.ts";
import { calling, HISTORY, POLL, portOf, SYSTEM_INFO, serving } from "../served.ts";

const NOTHING = new Uint8Array(0);
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const HEADERS = 1;
const END_STREAM = 1;
const END_HEADERS = 4;

function frame(type: number, flags: number, streamId: number, payload: Uint8Array = NOTHING): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

function request(streamId: number, path: string, message: Uint8Array | undefined): Buffer {
  const fields = [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "x"],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
  ] as const;
  const block = Buffer.concat(fields.map(([name, value]) => literalField(name, value)));
  const head = frame(HEADERS, END_HEADERS, streamId, block);
  return message === undefined
    ? head
    : Buffer.concat([head, frame(0, END_STREAM, streamId, framed(message))]);
}

async function open(listener: Listener, bytes: Uint8Array): Promise<Socket> {
  const socket = connect({ port: portOf(listener.address), host: "127.0.0.1" });
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  if (bytes.length > 0) socket.write(bytes);
  return socket;
}

/** Others are served, and soon. */
async function servesOthers(listener: Listener): Promise<void> {
  await calling(listener.address, async (channel) => {
    for (let n = 0; n < 10; n++) {
      await within(3_000, channel.unary(SYSTEM_INFO, NOTHING, {}), "a call of somebody else");
    }
  });
  const answer = await within(
    2_000,
    fetch(`http://${listener.address}/api/v1/system-info`),
    "a request of somebody else",
  );
  assert.equal(answer.status, 200);
  await answer.text();
}

export const hostile: readonly Fault[] = [
  {
    name: "garbage on the port",
    run: () =>
      serving({}, async ({ listener }) => {
        const openings = [
          randomBytes(1000),
          Buffer.from("GET / HTTP/9.9\r\n\r\n"),
          Buffer.from("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
          Buffer.from("PRIX"),
          Buffer.concat([PREFACE, randomBytes(5000)]),
          Buffer.concat([PREFACE, frame(4, 0, 0), frame(9, 4, 1, randomBytes(50))]),
          Buffer.concat([PREFACE, frame(4, 0, 0), frame(HEADERS, END_HEADERS, 1, randomBytes(200))]),
          Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 252]),
          Buffer.alloc(100_000, 65),
        ];
        const sockets: Socket[] = [];
        for (const bytes of openings) sockets.push(await open(listener, bytes));
        await servesOthers(listener);
        for (const socket of sockets) socket.destroy();
        await servesOthers(listener);
      }),
  },
  {
    name: "slow-loris: 300 connections that never finish what they begin",
    run: () =>
      serving({}, async ({ listener }) => {
        const openings = [
          NOTHING,
          Buffer.from("P"),
          Buffer.from("POST /api/v1/namespaces/x/workflows/y HTTP/1.1\r\nhost: x\r\nconte"),
          Buffer.from(
            "POST /api/v1/namespaces/x/workflows/y HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{",
          ),
          Buffer.concat([PREFACE, frame(4, 0, 0)]),
          Buffer.concat([PREFACE, frame(4, 0, 0), request(1, SYSTEM_INFO, undefined)]),
        ];
        const sockets: Socket[] = [];
        for (let n = 0; n < 300; n++) sockets.push(await open(listener, openings[n % openings.length]!));
        await servesOthers(listener);
        for (const socket of sockets) socket.destroy();
      }),
  },
  {
    name: "a client that asks for 800 MB and never reads",
    run: () =>
      serving({}, async ({ listener }) => {
        const before = process.memoryUsage.rss();
        const ask = encodeGetWorkflowExecutionHistoryRequest({ maximumPageSize: 4_000_000 });
        const requests = Array.from({ length: 200 }, (_, n) => request(1 + 2 * n, HISTORY, ask));
        const socket = await open(listener, Buffer.concat([PREFACE, frame(4, 0, 0), ...requests]));
        socket.pause();
        await servesOthers(listener);
        const grown = process.memoryUsage.rss() - before;
        assert.ok(grown < 400e6, `${Math.round(grown / 1e6)} MB more`);
        socket.destroy();
        await servesOthers(listener);
      }),
  },
  {
    name: "a client that polls, and goes without a word",
    run: () =>
      serving({}, async ({ listener, waiting }) => {
        const polls = Array.from({ length: 50 }, (_, n) => request(1 + 2 * n, POLL, NOTHING));
        const socket = await open(listener, Buffer.concat([PREFACE, frame(4, 0, 0), ...polls]));
        const end = performance.now() + 3_000;
        while (waiting.size < 50 && performance.now() < end)
          await new Promise((resolve) => setTimeout(resolve, 5));
        assert.equal(waiting.size, 50);
        socket.resetAndDestroy();
        while (waiting.size > 0 && performance.now() < end)
          await new Promise((resolve) => setTimeout(resolve, 5));
        assert.equal(waiting.size, 0);
      }),
  },
];
