import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { encodeFrame } from "../../../runtimes/node-api/grpc/framing.ts";
import { GrpcStatus } from "../../../src/platform/rpc-port.ts";
import { type Fault, fails, failureOf, HELLO, PATH, withChannel } from "../fault.ts";
import { type ServerCall, startServer } from "../grpc-server.ts";

/** One server behaviour, one call, one expected outcome. */
function answer(
  name: string,
  handler: (call: ServerCall) => void,
  check: (call: Promise<unknown>) => Promise<unknown>,
): Fault {
  return {
    name,
    run: async () => {
      const server = await startServer(handler);
      await withChannel(server.address, { maxReceiveBytes: 100_000 }, async (channel) => {
        await check(channel.unary(PATH, HELLO, { timeoutMs: 30_000 }));
        // Whatever the answer was, the connection goes on.
        assert.equal(channel.stats.sessions, 1);
      });
      await server.close();
    },
  };
}

const OK = { "grpc-status": "0" };

function compressed(payload: Uint8Array): Uint8Array {
  const frame = Buffer.from(encodeFrame(payload));
  frame[0] = 1;
  return frame;
}

function httpStatus(http: number, status: GrpcStatus): Fault {
  return answer(
    `HTTP ${http} with a page of HTML`,
    ({ raw }) =>
      raw({ headers: { ":status": http, "content-type": "text/html" }, body: Buffer.from("<h1>no</h1>") }),
    (call) =>
      fails(call, { status, reason: "malformed-response", details: new RegExp(`HTTP ${http}.*text/html`) }),
  );
}

const INTERNAL = { status: GrpcStatus.INTERNAL, reason: "malformed-response" } as const;
const TOO_LARGE = { status: GrpcStatus.RESOURCE_EXHAUSTED, reason: "message-too-large" } as const;

export const answers: readonly Fault[] = [
  {
    name: "echo, with metadata both ways",
    run: async () => {
      const server = await startServer(({ ok, headers }) => {
        ok(undefined, {
          "x-seen": String(headers["x-sent"]),
          "y-bin": String(headers["y-bin"]),
          "z-bin": "AAEC",
        });
      });
      await withChannel(server.address, {}, async (channel) => {
        const metadata = {
          "x-sent": "text",
          "y-bin": new Uint8Array([255, 0, 1]),
          te: "no",
          "grpc-timeout": "1n",
        };
        const result = await channel.unary(PATH, HELLO, { metadata, timeoutMs: 30_000 });
        assert.deepEqual(Buffer.from(result.bytes), Buffer.from(HELLO));
        assert.equal(result.headers["content-type"], "application/grpc");
        assert.equal(result.trailers["x-seen"], "text");
        assert.deepEqual(Buffer.from(result.trailers["y-bin"] as Uint8Array), Buffer.from([255, 0, 1]));
        assert.deepEqual(Buffer.from(result.trailers["z-bin"] as Uint8Array), Buffer.from([0, 1, 2]));
      });
      await server.close();
    },
  },
  {
    name: "an empty request and an empty response",
    run: async () => {
      const server = await startServer(({ ok }) => ok(new Uint8Array()));
      await withChannel(server.address, {}, async (channel) => {
        assert.equal((await channel.unary(PATH, new Uint8Array(), {})).bytes.length, 0);
      });
      await server.close();
    },
  },
  answer(
    "a status alone, with text and details",
    ({ fail }) => fail(6, "schon da: 100 %", { "grpc-status-details-bin": "CAYSAm9r", "x-more": "m" }),
    async (call) => {
      const error = await fails(call, {
        status: GrpcStatus.ALREADY_EXISTS,
        reason: "server",
        details: /^schon da: 100 %$/,
      });
      assert.deepEqual(Buffer.from(error.rawStatusDetails ?? []), Buffer.from("CAYSAm9r", "base64"));
      assert.equal(error.metadata["x-more"], "m");
    },
  ),
  answer(
    "a status in trailers after a message",
    ({ ok }) => ok(HELLO, { "grpc-status": "10", "grpc-message": "again%21" }),
    (call) => fails(call, { status: GrpcStatus.ABORTED, reason: "server", details: /^again!$/ }),
  ),
  answer(
    "a status text with broken escapes",
    ({ raw }) => raw({ trailers: { "grpc-status": "9", "grpc-message": "50% of %zz" } }),
    (call) =>
      fails(call, { status: GrpcStatus.FAILED_PRECONDITION, reason: "server", details: /^50% of %zz$/ }),
  ),
  answer(
    "a status that gRPC does not know",
    ({ fail }) => fail(77),
    (call) => fails(call, { status: GrpcStatus.UNKNOWN, reason: "server" }),
  ),
  answer(
    "50 KB of status details",
    ({ fail }) => fail(3, "big", { "grpc-status-details-bin": Buffer.alloc(40_000, 7).toString("base64") }),
    async (call) => {
      const error = await fails(call, { status: GrpcStatus.INVALID_ARGUMENT, reason: "server" });
      assert.equal(error.rawStatusDetails?.length, 40_000);
    },
  ),
  answer(
    "trailers missing",
    ({ raw }) => raw({ body: encodeFrame(HELLO) }),
    (call) =>
      fails(call, {
        status: GrpcStatus.UNAVAILABLE,
        reason: "connection-lost",
        details: /without a grpc-status/,
      }),
  ),
  answer(
    "trailers without a status",
    ({ raw }) => raw({ body: encodeFrame(HELLO), trailers: { "x-other": "1" } }),
    (call) => fails(call, { status: GrpcStatus.UNAVAILABLE, reason: "connection-lost" }),
  ),
  answer(
    "wrong content type with HTTP 200",
    ({ raw }) => raw({ headers: { "content-type": "application/json" }, body: Buffer.from("{}") }),
    (call) =>
      fails(call, { status: GrpcStatus.UNKNOWN, reason: "malformed-response", details: /application\/json/ }),
  ),
  httpStatus(400, GrpcStatus.INTERNAL),
  httpStatus(401, GrpcStatus.UNAUTHENTICATED),
  httpStatus(403, GrpcStatus.PERMISSION_DENIED),
  httpStatus(404, GrpcStatus.UNIMPLEMENTED),
  httpStatus(429, GrpcStatus.UNAVAILABLE),
  httpStatus(503, GrpcStatus.UNAVAILABLE),
  httpStatus(418, GrpcStatus.UNKNOWN),
  answer(
    "a message cut off",
    ({ raw }) => raw({ body: encodeFrame(HELLO).subarray(0, 7), trailers: OK }),
    (call) => fails(call, { ...INTERNAL, details: /cut off at 2 of 5 bytes/ }),
  ),
  answer(
    "a prefix cut off",
    ({ raw }) => raw({ body: encodeFrame(HELLO).subarray(0, 3), trailers: OK }),
    (call) => fails(call, { ...INTERNAL, details: /not even a message prefix/ }),
  ),
  answer(
    "two messages",
    ({ raw }) => raw({ body: Buffer.concat([encodeFrame(HELLO), encodeFrame(HELLO)]), trailers: OK }),
    (call) => fails(call, { ...INTERNAL, details: /10 bytes after the only message/ }),
  ),
  answer(
    "success without a message",
    ({ fail }) => fail(0),
    (call) => fails(call, { ...INTERNAL, details: /no message/ }),
  ),
  answer(
    "unknown message flags",
    ({ raw }) => raw({ body: Buffer.concat([Buffer.from([9, 0, 0, 0, 0])]), trailers: OK }),
    (call) => fails(call, { ...INTERNAL, details: /flags 9/ }),
  ),
  answer(
    "a gzip message",
    ({ raw }) =>
      raw({ headers: { "grpc-encoding": "gzip" }, body: compressed(gzipSync(HELLO)), trailers: OK }),
    async (call) => {
      const { bytes } = (await call) as { bytes: Uint8Array };
      assert.equal(new TextDecoder().decode(bytes), "hello");
    },
  ),
  answer(
    "a gzip bomb",
    ({ raw }) => {
      const body = compressed(gzipSync(new Uint8Array(50_000_000)));
      raw({ headers: { "grpc-encoding": "gzip" }, body, trailers: OK });
    },
    (call) => fails(call, { ...TOO_LARGE, details: /after decompression/ }),
  ),
  answer(
    "a gzip message that is none",
    ({ raw }) => raw({ headers: { "grpc-encoding": "gzip" }, body: compressed(HELLO), trailers: OK }),
    (call) => fails(call, { ...INTERNAL, details: /cannot be unpacked/ }),
  ),
  answer(
    "an unknown compression",
    ({ raw }) => raw({ headers: { "grpc-encoding": "br" }, body: compressed(HELLO), trailers: OK }),
    (call) => fails(call, { ...INTERNAL, details: /"br"/ }),
  ),
  answer(
    "a response larger than allowed",
    ({ ok }) => ok(new Uint8Array(100_001)),
    (call) => fails(call, { ...TOO_LARGE, details: /100001 bytes is larger than maxReceiveBytes, 100000/ }),
  ),
  answer(
    "a response that only says that it is larger than allowed",
    ({ stream }) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      stream.write(Buffer.from([0, 127, 255, 255, 255]));
    },
    (call) => fails(call, TOO_LARGE),
  ),
  {
    name: "a request larger than allowed",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      await withChannel(server.address, { maxSendBytes: 1_000 }, async (channel) => {
        const error = await failureOf(channel.unary(PATH, new Uint8Array(1_001), {}));
        assert.equal(error.status, GrpcStatus.RESOURCE_EXHAUSTED);
        assert.equal(error.reason, "message-too-large");
        assert.match(error.details, /1001 bytes is larger than maxSendBytes, 1000/);
        assert.equal(server.seen(), 0);
        assert.equal((await channel.unary(PATH, new Uint8Array(1_000), {})).bytes.length, 1_000);
      });
      await server.close();
    },
  },
  {
    name: "3 MB both ways, thirty at a time",
    run: async () => {
      const server = await startServer(({ ok }) => ok());
      await withChannel(server.address, {}, async (channel) => {
        const bytes = new Uint8Array(3 << 20).fill(7);
        const calls = Array.from({ length: 30 }, () => channel.unary(PATH, bytes, { timeoutMs: 20_000 }));
        for (const { bytes: back } of await Promise.all(calls)) assert.equal(Buffer.compare(back, bytes), 0);
      });
      await server.close();
    },
  },
  {
    name: "an error before the request was read",
    run: async () => {
      const server = await startServer(() => {}, {
        onStream: (stream) => {
          stream.respond(
            {
              ":status": 200,
              "content-type": "application/grpc",
              "grpc-status": "7",
              "grpc-message": "early",
            },
            { endStream: true },
          );
          stream.close();
          return true;
        },
      });
      await withChannel(server.address, {}, async (channel) => {
        const call = channel.unary(PATH, new Uint8Array(3 << 20), { timeoutMs: 30_000 });
        await fails(call, { status: GrpcStatus.PERMISSION_DENIED, reason: "server", details: /early/ });
      });
      await server.close();
    },
  },
];
