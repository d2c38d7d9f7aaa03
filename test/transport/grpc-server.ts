/** A gRPC server on `node:http2` that does exactly what a test tells it to, right or wrong. */
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { encodeFrame } from "../../runtimes/node-api/grpc/framing.ts";

/** One call as the server sees it, its request read to the end. */
export interface ServerCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The request message without its prefix. */
  readonly request: Uint8Array;
  readonly stream: ServerHttp2Stream;
  readonly session: ServerHttp2Session;
  /** Counts the calls of this server, from 1. */
  readonly number: number;
  /** Answers as gRPC does. */
  ok(message?: Uint8Array, trailers?: OutgoingHttpHeaders): void;
  /** Answers with a status alone. */
  fail(status: number, message?: string, more?: OutgoingHttpHeaders): void;
  /** Sends headers, body as given, and trailers. */
  raw(answer: { headers?: OutgoingHttpHeaders; body?: Uint8Array; trailers?: OutgoingHttpHeaders }): void;
  /** Resolves with the code when the stream has closed. */
  readonly closed: Promise<number>;
}

export interface ServerOptions {
  readonly tls?: SecureServerOptions;
  readonly maxConcurrentStreams?: number;
  /** More of the server's SETTINGS. */
  readonly settings?: Settings;
  readonly port?: number;
  /** Sees each stream before its body is read; `true` takes it over. */
  readonly onStream?: (stream: ServerHttp2Stream, session: ServerHttp2Session) => boolean;
}

export interface TestServer {
  readonly address: string;
  readonly port: number;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  /** Sessions ever seen. */
  readonly seen: () => number;
  readonly pings: () => number;
  close(): Promise<void>;
}

export async function startServer(
  handler: (call: ServerCall) => void,
  options: ServerOptions = {},
): Promise<TestServer> {
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  const counts = { calls: 0, sessions: 0, pings: 0 };
  const limits = {
    settings: { maxConcurrentStreams: options.maxConcurrentStreams ?? 1000, ...options.settings },
    maxSendHeaderBlockLength: 1024 * 1024,
  };
  const server: Http2Server = options.tls
    ? createSecureServer({ ...options.tls, ...limits })
    : createServer(limits);
  server.on("connection", (socket: Socket) => track(socket, sockets));
  server.on("sessionError", () => {});
  server.on("session", (session) => {
    counts.sessions += 1;
    sessions.add(session);
    session.on("error", () => {});
    session.on("ping", () => {
      counts.pings += 1;
    });
    session.on("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    // A stream of a server belongs to a session of a server; Node's types only say session.
    const session = stream.session as ServerHttp2Session | undefined;
    stream.on("error", () => {});
    if (!session || options.onStream?.(stream, session)) return;
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      counts.calls += 1;
      const body = { request: Buffer.concat(chunks).subarray(5), headers };
      handler(serverCall({ stream, session, number: counts.calls, ...body }));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    port,
    sessions,
    seen: () => counts.sessions,
    pings: () => counts.pings,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
}

function serverCall(
  base: Pick<ServerCall, "stream" | "session" | "number" | "request" | "headers">,
): ServerCall {
  const { stream } = base;
  const raw: ServerCall["raw"] = ({ headers, body, trailers }) => {
    if (stream.closed || stream.destroyed) return;
    stream.respond(
      { ":status": 200, "content-type": "application/grpc", ...headers },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => {
      if (trailers) stream.sendTrailers(trailers);
      else stream.close();
    });
    stream.end(body);
  };
  return {
    ...base,
    path: String(base.headers[":path"]),
    raw,
    ok: (message = base.request, trailers = {}) =>
      raw({ body: encodeFrame(message), trailers: { "grpc-status": "0", ...trailers } }),
    fail: (status, message = "", more = {}) => {
      if (stream.closed || stream.destroyed) return;
      const block = { "grpc-status": String(status), "grpc-message": encodeURIComponent(message), ...more };
      stream.respond({ ":status": 200, "content-type": "application/grpc", ...block }, { endStream: true });
    },
    closed: new Promise((resolve) => {
      stream.on("close", () => resolve(stream.rstCode ?? 0));
    }),
  };
}
