/** Protocols over `fetch`, by the fetch of the runtime, against servers on sockets that answer as no server should. */
import assert from "node:assert/strict";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttp2 } from "node:http2";
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from "node:net";
import { createServer as createTls } from "node:tls";
import { gzipSync } from "node:zlib";
import { Deadlines } from "../../../runtimes/node-api/deadlines.ts";
import {
  decodeStartWorkflowExecutionResponse,
  encodeStartWorkflowExecutionRequest,
  encodeStartWorkflowExecutionResponse,
} from "../../../src/gen/codec/temporal/api/workflowservice/v1/request_response.ts";
import {
  GrpcStatus,
  type RpcCallOptions,
  type RpcError,
  type RpcPort,
} from "../../../src/platform/rpc-port.ts";
import { type FetchProtocol, openFetchPort } from "../../../src/transport/fetch/open-fetch-port.ts";
import { isRetryableError } from "../../../src/transport/retry.ts";
import { makeAuthority, makeCertificate } from "../certificates.ts";
import { type Fault, failureOf, until, within } from "../fault.ts";

const PROTOCOLS: readonly FetchProtocol[] = ["grpc-web", "connect", "connect-json", "http-json"];
const PATH = "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution";
const REQUEST = encodeStartWorkflowExecutionRequest({ namespace: "default", workflowId: "order-1" });
const RESPONSE = encodeStartWorkflowExecutionResponse({ runId: "run-1", started: true });
const MAX_BYTES = 100_000;
const HTML = "<html><head><title>Who are you?</title></head></html>";

type Close = () => Promise<void>;
interface Running {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  readonly close: Close;
}

/** Runs a server on a free port, and closes it with all that is connected. */
async function running(server: Server): Promise<Running> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, sockets, close };
}

async function withServer(server: Server, body: (running: Running) => Promise<void>): Promise<void> {
  const at = await running(server);
  try {
    await body(at);
  } finally {
    await within(5_000, at.close(), "close() of the server");
  }
}

const withHttp = (answer: RequestListener, body: (running: Running) => Promise<void>): Promise<void> =>
  withServer(createHttp(answer), body);
/** With the sockets on which a request has come: a runtime may open others ahead, and keep them. */
async function withTcp(
  onSocket: (socket: Socket) => void,
  body: (running: Running) => Promise<void>,
): Promise<void> {
  const asked = new Set<Socket>();
  const server = createTcp((socket) => {
    socket.once("data", () => asked.add(socket));
    socket.on("close", () => asked.delete(socket));
    onSocket(socket);
  });
  await withServer(server, ({ port, close }) => body({ port, close, sockets: asked }));
}

/** A port of a protocol, by the runtime's own fetch, with deadlines as connections have them on Node, Bun and Deno. */
function open(protocol: FetchProtocol, port: number, scheme = "http"): RpcPort {
  return openFetchPort(protocol, {
    baseUrl: `${scheme}://127.0.0.1:${port}`,
    fetch: (url, init) => fetch(url, init),
    maxSendBytes: MAX_BYTES,
    maxReceiveBytes: MAX_BYTES,
    deadlines: new Deadlines(),
  });
}

async function start(port: RpcPort, options: RpcCallOptions = { timeoutMs: 20_000 }): Promise<string> {
  const { bytes } = await port.unary(PATH, REQUEST, options);
  return decodeStartWorkflowExecutionResponse(bytes).runId;
}

/** How a call fails over each protocol; each port is closed. */
async function failures(port: number, scheme = "http"): Promise<Map<FetchProtocol, RpcError>> {
  const errors = new Map<FetchProtocol, RpcError>();
  for (const protocol of PROTOCOLS) {
    const channel = open(protocol, port, scheme);
    errors.set(protocol, await failureOf(start(channel), 25_000));
    await channel.close();
  }
  return errors;
}

interface Expected {
  readonly status: GrpcStatus;
  readonly retried: boolean;
  readonly details?: RegExp;
}

function assertAll(
  errors: ReadonlyMap<FetchProtocol, RpcError>,
  { status, retried, details }: Expected,
): void {
  for (const [protocol, error] of errors) {
    const told = `${protocol}: ${error.stack}`;
    assert.equal(error.status, status, told);
    assert.equal(isRetryableError(error), retried, told);
    if (details !== undefined) assert.match(error.details, details, told);
  }
}

function frame(flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.from([flags, 0, 0, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, payload]);
}

const TRAILERS = frame(0x80, Buffer.from("grpc-status: 0\r\n"));
const WHOLE = Buffer.concat([frame(0, RESPONSE), TRAILERS]);
const JSON_ANSWER = Buffer.from(
  JSON.stringify({
    runId: "run-1",
    status: "WORKFLOW_EXECUTION_STATUS_OF_TOMORROW",
    ofTomorrow: [{ deep: {} }],
  }),
);
/** A good answer of each protocol, of a server that knows more than we do. */
const GOOD: Readonly<Record<FetchProtocol, { readonly type: string; readonly body: Buffer }>> = {
  "grpc-web": { type: "application/grpc-web+proto", body: WHOLE },
  connect: { type: "application/proto", body: Buffer.concat([RESPONSE, Buffer.from([0xfa, 0x3f, 1, 9])]) },
  "connect-json": { type: "application/json", body: JSON_ANSWER },
  "http-json": { type: "application/json", body: JSON_ANSWER },
};

const PAGES: readonly (readonly [http: number, status: GrpcStatus, retried: boolean])[] = [
  [200, GrpcStatus.UNKNOWN, false],
  [301, GrpcStatus.UNIMPLEMENTED, false],
  [302, GrpcStatus.UNIMPLEMENTED, false],
  [307, GrpcStatus.UNIMPLEMENTED, false],
  [400, GrpcStatus.INTERNAL, false],
  [401, GrpcStatus.UNAUTHENTICATED, false],
  [403, GrpcStatus.PERMISSION_DENIED, false],
  [404, GrpcStatus.UNIMPLEMENTED, false],
  [413, GrpcStatus.UNKNOWN, false],
  [429, GrpcStatus.UNAVAILABLE, true],
  [500, GrpcStatus.UNKNOWN, false],
  [502, GrpcStatus.UNAVAILABLE, true],
  [503, GrpcStatus.UNAVAILABLE, true],
  [504, GrpcStatus.UNAVAILABLE, true],
];

const authority = makeAuthority("Perdure test authority");

export const overFetch: readonly Fault[] = [
  ...PROTOCOLS.map((protocol) => ({
    name: `${protocol}: an answer with more than we know is read, packed and in pieces too`,
    run: () => {
      const { type, body } = GOOD[protocol];
      let asked = 0;
      return withHttp(
        (_request, response) => {
          asked += 1;
          const packed = asked === 2;
          const bytes = packed ? gzipSync(body) : body;
          response.writeHead(200, { "content-type": type, ...(packed && { "content-encoding": "gzip" }) });
          if (asked < 3) response.end(bytes);
          else for (const byte of bytes) response.write(Buffer.from([byte]));
          response.end();
        },
        async ({ port }) => {
          const channel = open(protocol, port);
          for (let n = 0; n < 3; n++) assert.equal(await start(channel), "run-1");
          await channel.close();
        },
      );
    },
  })),
  ...PAGES.map(([http, status, retried]) => ({
    name: `a page of a proxy with HTTP ${http}`,
    run: () =>
      withHttp(
        (_request, response) => {
          const location = http < 400 && http >= 300 ? { location: "https://login.example/" } : {};
          response.writeHead(http, { "content-type": "text/html", ...location }).end(HTML);
        },
        async ({ port }) => {
          const details =
            http >= 300 && http < 400 ? /redirects/ : new RegExp(`HTTP ${http}.*Who are you\\?`);
          assertAll(await failures(port), { status, retried, details });
        },
      ),
  })),
  {
    name: "errors of JSON that say less, more or something else than they should",
    run: async () => {
      const bodies: readonly (readonly [body: string, http: number])[] = [
        ["{}", 503],
        ["[]", 503],
        ["null", 503],
        ['"text"', 503],
        ['{"code":"of_tomorrow","message":5,"details":{}}', 503],
        [
          '{"code":99,"message":{},"details":[null,5,{"@type":7},{"type":1,"value":2},{"type":"x","value":"%"}]}',
          503,
        ],
        ['{"code":', 503],
        ["\ufeff{}", 503],
      ];
      for (const [body, http] of bodies) {
        await withHttp(
          (_request, response) => response.writeHead(http, { "content-type": "application/json" }).end(body),
          async ({ port }) => {
            for (const [protocol, error] of await failures(port)) {
              assert.ok(error.status !== 0, `${protocol} ${body}: ${error.stack}`);
            }
          },
        );
      }
    },
  },
  {
    name: "gRPC-Web cut off at each byte is an error, never a crash nor an answer",
    run: async () => {
      let cut = 0;
      await withHttp(
        (_request, response) =>
          response
            .writeHead(200, { "content-type": "application/grpc-web+proto" })
            .end(WHOLE.subarray(0, cut)),
        async ({ port }) => {
          const channel = open("grpc-web", port);
          for (cut = 0; cut < WHOLE.length; cut++) {
            const error = await failureOf(start(channel), 20_000);
            assert.equal(error.reason, "connection-lost", `${cut}: ${error.stack}`);
          }
          assert.equal(await start(channel), "run-1");
          await channel.close();
        },
      );
    },
  },
  {
    name: "a server that is not there can be called again",
    run: async () => {
      const { port, close } = await running(createTcp());
      await close();
      const errors = await failures(port);
      assertAll(errors, { status: GrpcStatus.UNAVAILABLE, retried: true });
      for (const [protocol, { reason }] of errors) assert.equal(reason, "connect-failed", protocol);
    },
  },
  {
    name: "a server that resets, closes, or breaks off can be called again",
    run: async () => {
      const half = `HTTP/1.1 200 OK\r\ncontent-type: application/proto\r\ncontent-length: 500\r\n\r\nabc`;
      const behaviours: readonly ((socket: Socket) => void)[] = [
        (socket) => socket.resetAndDestroy(),
        (socket) => socket.end(),
        (socket) => socket.once("data", () => socket.resetAndDestroy()),
        (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 O")),
        (socket) => socket.once("data", () => socket.end(half)),
        (socket) =>
          socket.once("data", () => socket.write(half, () => setTimeout(() => socket.destroy(), 50))),
      ];
      for (const behaviour of behaviours) {
        await withTcp(behaviour, async ({ port }) => {
          assertAll(await failures(port), { status: GrpcStatus.UNAVAILABLE, retried: true });
        });
      }
    },
  },
  {
    name: "a server that never answers, or a byte at a time, ends with the deadline, and its socket with it",
    run: async () => {
      const drip = (socket: Socket): void => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/proto\r\ncontent-length: 5000\r\n\r\n");
        const timer = setInterval(() => socket.write("x"), 20);
        socket.on("close", () => clearInterval(timer));
      };
      for (const behaviour of [(socket: Socket) => socket.resume(), drip]) {
        await withTcp(behaviour, async ({ port, sockets }) => {
          for (const protocol of PROTOCOLS) {
            const channel = open(protocol, port);
            const error = await failureOf(start(channel, { timeoutMs: 200 }), 15_000);
            assert.deepEqual(
              [error.status, error.reason],
              [GrpcStatus.DEADLINE_EXCEEDED, "deadline"],
              protocol,
            );
            await until(() => sockets.size === 0, "the end of the socket", 10_000);
            await channel.close();
          }
        });
      }
    },
  },
  {
    name: "requests in flight end with the port",
    run: () =>
      withTcp(
        (socket) => socket.resume(),
        async ({ port, sockets }) => {
          for (const [index, protocol] of PROTOCOLS.entries()) {
            const channel = open(protocol, port);
            const closed = failureOf(start(channel, {}), 15_000);
            await until(() => sockets.size > 0 || index > 0, "the request", 10_000);
            await new Promise((resolve) => setTimeout(resolve, 200));
            await channel.close();
            assert.deepEqual(
              pick(await closed),
              { status: GrpcStatus.UNAVAILABLE, reason: "closed" },
              protocol,
            );
          }
        },
      ),
  },
  {
    name: "requests in flight end with the caller's signal, and their sockets with them: before and in the middle of an answer",
    run: async () => {
      const half = "HTTP/1.1 200 OK\r\ncontent-type: application/proto\r\ncontent-length: 500\r\n\r\nabc";
      for (const behaviour of [
        (socket: Socket) => socket.resume(),
        (socket: Socket) => socket.once("data", () => socket.write(half)),
      ]) {
        await withTcp(behaviour, async ({ port, sockets }) => {
          for (const protocol of PROTOCOLS) {
            const channel = open(protocol, port);
            const leaving = new AbortController();
            const left = failureOf(start(channel, { signal: leaving.signal }), 15_000);
            await until(() => sockets.size > 0, "the request", 10_000);
            await new Promise((resolve) => setTimeout(resolve, 200));
            leaving.abort(new Error("enough"));
            assert.deepEqual(pick(await left), { status: GrpcStatus.CANCELLED, reason: "aborted" }, protocol);
            await until(() => sockets.size === 0, `the end of what was left over ${protocol}`, 10_000);
            await channel.close();
          }
        });
      }
    },
  },
  {
    name: "an answer without end is cut off at maxReceiveBytes",
    run: () =>
      withTcp(
        (socket) => {
          socket.once("data", () => {
            socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/proto\r\n\r\n");
            const more = (): void => {
              while (socket.writable && socket.write(Buffer.alloc(65_536)));
            };
            socket.on("drain", more);
            more();
          });
        },
        async ({ port, sockets }) => {
          assertAll(await failures(port), {
            status: GrpcStatus.RESOURCE_EXHAUSTED,
            retried: false,
            details: /larger than maxReceiveBytes/,
          });
          await until(() => sockets.size === 0, "the end of the answers", 10_000);
        },
      ),
  },
  {
    name: "ports that speak something else: HTTP/2 only, TLS, a greeting, and plaintext where TLS is wanted",
    run: async () => {
      const greeting = (socket: Socket): void => void socket.write("220 mail.example ESMTP ready\r\n");
      const secure = makeCertificate(authority, ["127.0.0.1"]);
      const tls = createTls({ cert: Buffer.from(secure.certificate), key: Buffer.from(secure.key) });
      tls.on("tlsClientError", () => {});
      const servers: readonly (readonly [server: Server, scheme: string])[] = [
        [createHttp2() as unknown as Server, "http"],
        [tls, "http"],
        [tls, "https"],
        [createTcp(greeting), "http"],
        [createTcp(greeting), "https"],
      ];
      for (const [server, scheme] of servers) {
        await withServer(server, async ({ port }) => {
          for (const [protocol, error] of await failures(port, scheme)) {
            assert.ok(
              error.status === GrpcStatus.UNAVAILABLE || error.reason === "malformed-response",
              `${protocol} over ${scheme}: ${error.stack}`,
            );
          }
        });
      }
    },
  },
  {
    name: "a certificate that nobody trusts is an error that no retry mends",
    run: async () => {
      const secure = makeCertificate(authority, ["127.0.0.1"]);
      const tls = createTls({ cert: Buffer.from(secure.certificate), key: Buffer.from(secure.key) });
      tls.on("tlsClientError", () => {});
      await withServer(tls, async ({ port }) => {
        const errors = await failures(port, "https");
        assertAll(errors, { status: GrpcStatus.UNAVAILABLE, retried: false });
        for (const [protocol, { reason }] of errors) assert.equal(reason, "connect-rejected", protocol);
      });
    },
  },
];

function pick({ status, reason }: RpcError): object {
  return { status, reason };
}
