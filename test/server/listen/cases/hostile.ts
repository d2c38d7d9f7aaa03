/** Peers that are broken or mean no good: others must be served beside them. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { encodeGetWorkflowExecutionHistoryRequest } from "../../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import type { Fault } from "../../../transport/fault.ts";
import { END_HEADERS, Frame, frame, NOTHING, open, PREFACE, request } from "../raw-frames.ts";
import { HISTORY, POLL, SYSTEM_INFO, servesOthers, serving } from "../served.ts";

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
          Buffer.concat([PREFACE, frame(4, 0, 0), frame(Frame.headers, END_HEADERS, 1, randomBytes(200))]),
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
          Buffer.from("POST /api/v1/namespaces/x/workflows/y HTTP/1.1\r\nhost: localhost\r\nconte"),
          Buffer.from(
            "POST /api/v1/namespaces/x/workflows/y HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{",
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
    name: "a client that asks for 1,600 MB and never reads",
    run: () =>
      serving({}, async ({ listener }) => {
        const before = process.memoryUsage.rss();
        const ask = encodeGetWorkflowExecutionHistoryRequest({ maximumPageSize: 4_000_000 });
        const requests = Array.from({ length: 400 }, (_, n) => request(1 + 2 * n, HISTORY, ask));
        const socket = await open(listener, Buffer.concat([PREFACE, frame(4, 0, 0), ...requests]));
        socket.pause();
        await servesOthers(listener);
        const grown = process.memoryUsage.rss() - before;
        // The same for half and for twice as many requests; Deno takes the most, some 550 MB.
        assert.ok(grown < 700e6, `${Math.round(grown / 1e6)} MB more`);
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
