/** A server behind that is not there, is slow, breaks off, or is none: callers get one typed error each, and in time. */
import assert from "node:assert/strict";
import { createServer as createHttp, type RequestListener } from "node:http";
import type { Socket } from "node:net";
import { EmbeddedServer } from "perdure/server";
import { type Fault, until } from "../../transport/fault.ts";
import { bound, count, errorOf, POLL, type Rig, statusOf, withGateway, withTcp } from "./rig.ts";

const PROTOCOLS = ["grpc", "grpc-web", "connect", "http-json"] as const;
const UNAVAILABLE = 14;
const DEADLINE_EXCEEDED = 4;

/** Runs `body` in front of a TCP server that does as told with each socket. */
function before(onSocket: (socket: Socket) => void, body: (rig: Rig) => Promise<void>): () => Promise<void> {
  return () => withTcp(onSocket, (upstream) => withGateway({ upstream }, body));
}

/** How a call ends over each protocol. */
async function statuses({ connect }: Rig, deadlineMs: number): Promise<readonly number[]> {
  return Promise.all(PROTOCOLS.map((protocol) => statusOf(count(connect({ protocol }), deadlineMs))));
}

const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const ACK = Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0]);
/** RST_STREAM of the first stream, with INTERNAL_ERROR. */
const RESET = Buffer.from([0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 2]);
/** HEADERS of the first stream: `:status: 200`, which is one byte of HPACK, and the content type in full. */
const HEADERS = Buffer.concat([
  Buffer.from([0, 0, 32, 1, 4, 0, 0, 0, 1, 0x88, 0, 12]),
  Buffer.from("content-type\x10application/grpc"),
]);

/** Answers the first request with frames, once it has come. */
function answering(...frames: readonly Buffer[]): (socket: Socket) => void {
  return (socket) => {
    socket.write(Buffer.concat([SETTINGS, ACK]));
    let length = 0;
    let answered = false;
    socket.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (answered || length < 150) return;
      answered = true;
      socket.write(Buffer.concat(frames));
    });
  };
}

/** Runs `body` in front of a server of HTTP/1.1. */
async function beforeHttp(answer: RequestListener, body: (rig: Rig) => Promise<void>): Promise<void> {
  const http = createHttp(answer);
  const upstream = await bound(http);
  try {
    await withGateway({ upstream }, body);
  } finally {
    http.closeAllConnections();
    http.close();
  }
}

export const upstreams: readonly Fault[] = [
  {
    name: "that is not there is UNAVAILABLE over each protocol, and found when it comes",
    run: async () => {
      const server = new EmbeddedServer();
      const { address, close } = await server.listen().then((listener) => ({
        address: listener.address,
        close: () => listener.close(),
      }));
      await close();
      await withGateway({ upstream: address }, async (rig) => {
        assert.deepEqual(
          await statuses(rig, 3_000),
          PROTOCOLS.map(() => UNAVAILABLE),
        );
        assert.equal((await fetch(`http://${rig.listener.address}/readyz`)).status, 503);
        await server.listen({ port: Number(address.split(":").at(-1)) });
        const again = rig.connect();
        const end = Date.now() + 20_000;
        while ((await statusOf(count(again, 3_000))) !== 0) assert.ok(Date.now() < end, "it was not found");
        assert.deepEqual(await statuses(rig, 5_000), [0, 0, 0, 0]);
      });
      await server.close();
    },
  },
  {
    name: "that never answers ends with the caller's deadline, over each protocol",
    run: before(
      (socket) => socket.resume(),
      async (rig) => {
        const since = performance.now();
        const found = await statuses(rig, 700);
        // Deadlines of both sides end at nearly the same time: either may be first to say so.
        assert.deepEqual(
          found,
          PROTOCOLS.map(() => DEADLINE_EXCEEDED),
        );
        assert.ok(performance.now() - since < 10_000);
      },
    ),
  },
  {
    name: "that resets each connection is UNAVAILABLE, at once",
    run: before(
      (socket) => socket.resetAndDestroy(),
      async (rig) => {
        assert.deepEqual(
          await statuses(rig, 5_000),
          PROTOCOLS.map(() => UNAVAILABLE),
        );
      },
    ),
  },
  {
    name: "that resets a stream is an error of this call alone",
    run: before(answering(RESET), async (rig) => {
      const error = await errorOf(count(rig.connect(), 5_000));
      assert.equal(error?.status, 13, error?.details);
    }),
  },
  {
    name: "that breaks off in the middle of an answer is UNAVAILABLE",
    run: before(
      (socket) => {
        answering(HEADERS)(socket);
        socket.on("data", () => setTimeout(() => socket.destroy(), 100));
      },
      async (rig) => {
        const error = await errorOf(count(rig.connect(), 10_000));
        assert.equal(error?.status, UNAVAILABLE, error?.details);
      },
    ),
  },
  {
    name: "that speaks HTTP/1.1, or says HTML, is told as what it is",
    run: () =>
      beforeHttp(
        (_request, response) => response.writeHead(502).end("<html>bad gateway</html>"),
        async (rig) => {
          for (const status of await statuses(rig, 3_000)) {
            assert.ok(
              status === UNAVAILABLE || status === 13 || status === DEADLINE_EXCEEDED,
              String(status),
            );
          }
        },
      ),
  },
  {
    name: "that drops its connections under 200 polls fails them all, and the next ones are served",
    run: async () => {
      const server = new EmbeddedServer();
      const upstream = await server.listen();
      await withGateway({ upstream: upstream.address }, async ({ connect, polls }) => {
        const connection = connect();
        const waiting = Array.from({ length: 200 }, () =>
          statusOf(connection.workflowService.pollWorkflowTaskQueue(POLL)),
        );
        await until(() => polls() === 200, "200 polls", 20_000);
        await new Promise((resolve) => setTimeout(resolve, 300));
        upstream.dropConnections();
        assert.deepEqual(new Set(await Promise.all(waiting)), new Set([UNAVAILABLE]));
        assert.equal(await statusOf(count(connection)), 0);
        assert.equal(polls(), 0);
      });
      await server.close();
    },
  },
  {
    name: "that says GOAWAY keeps the polls it has, and gets new calls on a new connection",
    run: async () => {
      const server = new EmbeddedServer();
      const upstream = await server.listen();
      await withGateway({ upstream: upstream.address }, async ({ connect, polls }) => {
        const { workflowService } = connect();
        const poll = workflowService.pollWorkflowTaskQueue(POLL);
        await until(() => polls() === 1, "the poll", 10_000);
        await new Promise((resolve) => setTimeout(resolve, 300));
        upstream.goAway();
        const start = { ...POLL, workflowId: "w", workflowType: { name: "w" }, requestId: "r" };
        await workflowService.startWorkflowExecution(start);
        assert.equal((await poll).workflowExecution?.workflowId, "w");
      });
      await server.close();
    },
  },
];
