import { createServer as createHttp1, type Server as Http1Server } from "node:http";
import { createServer as createHttp2, type Http2Server, type ServerHttp2Session } from "node:http2";
import { createServer as createTcp, type Server, type Socket } from "node:net";
import { createServer as createTls } from "node:tls";
import type { RpcPort } from "../../../src/platform/rpc-port.ts";
import type { Listener, PortOptions, ServerTlsOptions } from "../../../src/platform/server-platform.ts";
import { IDLE_MS, MAX_REQUEST_BYTES, MAX_STREAMS } from "../../../src/server/listen/limits.ts";
import { createWebHandler } from "../../../src/server/listen/web-handler.ts";
import { Closing } from "./closing.ts";
import { Connections } from "./connections.ts";
import { GrpcSession } from "./grpc-session.ts";
import { answerHttp1, answerHttp2, type WebSettings } from "./web-exchange.ts";

/** How much a client may send ahead of us on one stream. A connection's window stays as it is: Bun cannot widen it. */
const STREAM_WINDOW_BYTES = 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
/** Above what we count ourselves, so that ours is what holds. */
const SESSION_MEMORY_MB = 512;
const SWEEP_MS = 5_000;
/** How long clients may take to leave when the listener closes. */
const CLOSE_MS = 1_000;

/**
 * One or two ports in front of an {@link RpcPort}: each socket is handed to HTTP/2 or HTTP/1.1 by its first bytes, each stream
 * of HTTP/2 to gRPC or to the web handler by its content type.
 */
class PortListener implements Listener {
  readonly #port: RpcPort;
  readonly #options: PortOptions;
  readonly #web: WebSettings;
  readonly #http1: Http1Server;
  readonly #http2: Http2Server;
  readonly #connections: Connections;
  readonly #sessions = new Set<GrpcSession>();
  readonly #servers: Server[] = [];
  readonly #closing = new Closing();
  /** Requests that are not gRPC, until they were answered. */
  readonly #exchanges = new Set<Promise<void>>();
  #sweeper: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;
  address = "";
  httpAddress: string | undefined;

  constructor(port: RpcPort, options: PortOptions, runtime: Pick<WebSettings, "reusesHttp1">) {
    this.#port = port;
    this.#options = options;
    const maxRequestBytes = options.maxRequestBytes ?? MAX_REQUEST_BYTES;
    this.#web = {
      ...runtime,
      maxRequestBytes,
      closing: this.#closing,
      handle: createWebHandler(port, {
        maxRequestBytes,
        corsOrigins: options.corsOrigins ?? [],
        page: options.page,
      }),
    };
    this.#http1 = this.#createHttp1();
    this.#http2 = this.#createHttp2();
    this.#connections = new Connections({
      http1: (socket) => this.#http1.emit("connection", socket),
      http2: (socket) => this.#http2.emit("connection", socket),
    });
  }

  /** Opens the ports. */
  async open(): Promise<this> {
    const { host = "127.0.0.1", port = 0, httpPort } = this.#options;
    try {
      this.address = await this.#bind(host, port);
      if (httpPort !== undefined) this.httpAddress = await this.#bind(host, httpPort);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
    return this;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  goAway(): void {
    for (const session of this.#sessions) session.goAway();
  }

  dropConnections(): void {
    this.#connections.destroyAll();
  }

  async #close(): Promise<void> {
    clearInterval(this.#sweeper);
    const servers = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    this.#closing.begin();
    const sessions = Promise.all([
      ...this.#exchanges,
      ...[...this.#sessions].map((session) => session.close()),
    ]);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      sessions,
      new Promise((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      }),
    ]);
    clearTimeout(timer);
    this.#connections.destroyAll();
    await Promise.all(servers);
  }

  #track(exchange: Promise<void>): void {
    this.#exchanges.add(exchange);
    exchange.finally(() => this.#exchanges.delete(exchange));
  }

  #bind(host: string, port: number): Promise<string> {
    const accept = (socket: Socket): void => this.#connections.accept(socket);
    const { tls } = this.#options;
    const server = tls === undefined ? createTcp(accept) : createTlsServer(tls, accept);
    // Over TLS a connection may never come through its handshake.
    if (tls !== undefined) server.on("connection", (socket: Socket) => this.#connections.hold(socket));
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.off("error", reject);
        // What goes wrong with one connection is told by its socket.
        server.on("error", () => {});
        this.#servers.push(server);
        resolve(addressOf(server));
      });
    });
  }

  #createHttp1(): Http1Server {
    const server = createHttp1({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
      const { socket } = request;
      this.#connections.begins(socket);
      const exchange = answerHttp1(request, response, this.#web).catch(() => void socket.destroy());
      this.#track(exchange.finally(() => this.#connections.ends(socket)));
    });
    server.keepAliveTimeout = IDLE_MS;
    server.on("clientError", (_error, socket) => {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
      else socket.destroy();
    });
    return server;
  }

  #createHttp2(): Http2Server {
    const server = createHttp2({
      settings: {
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxHeaderListSize: MAX_HEADER_BYTES,
        maxConcurrentStreams: MAX_STREAMS,
      },
      maxSendHeaderBlockLength: 1024 * 1024,
      maxSessionMemory: SESSION_MEMORY_MB,
    });
    server.on("session", (session) => this.#onSession(session));
    server.on("sessionError", () => {});
    return server;
  }

  #onSession(session: ServerHttp2Session): void {
    const maxRequestBytes = this.#web.maxRequestBytes;
    const calls = new GrpcSession(session, this.#port, {
      maxRequestBytes,
      compress: this.#options.compress ?? "remote",
    });
    this.#sessions.add(calls);
    session.on("error", () => {});
    session.on("close", () => this.#sessions.delete(calls));
    session.on("stream", (stream, headers) => {
      // A stream of a server belongs to a server; Node's types only say stream.
      const own = stream as Parameters<typeof answerHttp2>[0];
      if (calls.accept(own, headers)) return;
      const share = calls.webRequest();
      own.on("close", share.end);
      // Only a defect of ours rejects, or an answer that HTTP/2 cannot carry.
      this.#track(answerHttp2(own, headers, { ...this.#web, share }).catch(() => void own.destroy()));
    });
    if (this.#closed) void calls.close();
  }

  #sweep(): void {
    const now = performance.now();
    this.#connections.sweep(now);
    for (const session of this.#sessions) session.sweep(now);
  }
}

function createTlsServer(tls: ServerTlsOptions, accept: (socket: Socket) => void): Server {
  const server = createTls({
    cert: Buffer.from(tls.certificate),
    key: Buffer.from(tls.key),
    ALPNProtocols: ["h2", "http/1.1"],
    ...(tls.clientCertificates && {
      ca: Buffer.from(tls.clientCertificates),
      requestCert: true,
      rejectUnauthorized: true,
    }),
  });
  server.on("secureConnection", accept);
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new TypeError(`listening on ${address}, not on a port`);
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}

/** Serves an {@link RpcPort} by `node:net` and `node:http2`. */
export function listen(
  port: RpcPort,
  options: PortOptions,
  runtime: Pick<WebSettings, "reusesHttp1"> = { reusesHttp1: true },
): Promise<Listener> {
  return new PortListener(port, options, runtime).open();
}
