import { createServer as createHttp1, type Server as Http1Server } from "node:http";
import { createServer as createHttp2, type Http2Server, type ServerHttp2Session } from "node:http2";
import { createServer as createTcp, type Server, type Socket } from "node:net";
import { createServer as createTls, type Server as TlsServer } from "node:tls";
import { showValue } from "../../../src/common/type-guards.ts";
import type { RpcPort } from "../../../src/platform/rpc-port.ts";
import type { Listener, PortOptions, ServerTlsOptions } from "../../../src/platform/server-platform.ts";
import {
  FIRST_BYTES_MS,
  IDLE_MS,
  MAX_CONNECTIONS,
  MAX_REQUEST_BYTES,
  MAX_STREAMS,
} from "../../../src/server/listen/limits.ts";
import { createWebHandler } from "../../../src/server/listen/web-handler.ts";
import { Closing } from "./closing.ts";
import { Connections } from "./connections.ts";
import { GrpcSession } from "./grpc-session.ts";
import { tlsSettings } from "./tls-settings.ts";
import { answerHttp1, answerHttp2, type WebSettings } from "./web-exchange.ts";

const DEFAULT_HOST = "127.0.0.1";
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
    const { maxRequestBytes = MAX_REQUEST_BYTES, clientAddressHeader, host = DEFAULT_HOST, tls } = options;
    this.#web = {
      ...runtime,
      maxRequestBytes,
      clientAddressHeader,
      closing: this.#closing,
      handle: createWebHandler(port, {
        maxRequestBytes,
        corsOrigins: options.corsOrigins ?? [],
        metadata: options.metadata,
        // Over TLS a browser has found the name in the certificate.
        listensOn: tls === undefined ? host : undefined,
        page: options.page,
      }),
    };
    this.#http1 = this.#createHttp1();
    this.#http2 = this.#createHttp2();
    this.#connections = new Connections(
      {
        http1: (socket) => this.#http1.emit("connection", socket),
        http2: (socket) => this.#http2.emit("connection", socket),
      },
      { max: maxConnectionsOf(options), watch: options.connections },
    );
  }

  /** Opens the ports. */
  async open(): Promise<this> {
    const { host = DEFAULT_HOST, port = 0, httpPort } = this.#options;
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

  close({ graceMs = 0 }: { readonly graceMs?: number | undefined } = {}): Promise<void> {
    this.#closed ??= this.#close(graceMs);
    return this.#closed;
  }

  setTls(tls: ServerTlsOptions): void {
    const before = this.#options.tls;
    if (before === undefined) throw new TypeError("tls: this port is in plaintext, and stays so");
    if ((before.clientCertificates === undefined) !== (tls.clientCertificates === undefined)) {
      throw new TypeError(
        "tls.clientCertificates: whether clients must show a certificate is settled when the port is opened",
      );
    }
    const settings = tlsSettings(tls);
    for (const server of this.#servers) (server as TlsServer).setSecureContext(settings);
  }

  goAway(): void {
    for (const session of this.#sessions) session.goAway();
  }

  dropConnections(): void {
    this.#connections.destroyAll();
  }

  async #close(graceMs: number): Promise<void> {
    clearInterval(this.#sweeper);
    const servers = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    if (graceMs > 0) await inTime(graceMs, this.#exchanges);
    this.#closing.begin();
    await inTime(CLOSE_MS, [...this.#exchanges, ...[...this.#sessions].map((session) => session.close())]);
    this.#connections.destroyAll();
    await Promise.all(servers);
  }

  #track(exchange: Promise<void>): void {
    this.#exchanges.add(exchange);
    exchange.finally(() => this.#exchanges.delete(exchange));
  }

  #bind(host: string, port: number): Promise<string> {
    const accept = (socket: Socket): void => this.#connections.accept(socket);
    const arrive = (socket: Socket): boolean => this.#connections.arrive(socket);
    const { tls } = this.#options;
    const server =
      tls === undefined
        ? createTcp((socket) => void (arrive(socket) && accept(socket)))
        : createTlsServer(tls, accept);
    // Over TLS a connection may never come through its handshake.
    if (tls !== undefined) server.on("connection", arrive);
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
    const { maxRequestBytes, clientAddressHeader } = this.#web;
    const calls = new GrpcSession(session, this.#port, {
      maxRequestBytes,
      clientAddressHeader,
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

function maxConnectionsOf({ maxConnections = MAX_CONNECTIONS }: PortOptions): number {
  if (Number.isSafeInteger(maxConnections) && maxConnections >= 1) return maxConnections;
  throw new TypeError(`maxConnections: ${showValue(maxConnections)} is not a whole number from 1`);
}

/** Resolves when all have, or when the time is up. */
async function inTime(ms: number, all: Iterable<Promise<void>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.all(all), late]);
  clearTimeout(timer);
}

function createTlsServer(tls: ServerTlsOptions, accept: (socket: Socket) => void): Server {
  const server = createTls({
    ...tlsSettings(tls),
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: FIRST_BYTES_MS,
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
export async function listen(
  port: RpcPort,
  options: PortOptions,
  runtime: Pick<WebSettings, "reusesHttp1"> = { reusesHttp1: true },
): Promise<Listener> {
  return new PortListener(port, options, runtime).open();
}
