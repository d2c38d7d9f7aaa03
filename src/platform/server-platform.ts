import type { RpcPeer, RpcPort } from "./rpc-port.ts";

/** What a runtime must give to serve on a port; chosen by `#platform/server`. Implemented under `runtimes/<name>/server.ts`. */
export interface ServerPlatform {
  readonly name: "node" | "bun" | "deno" | "edge";
  /**
   * Opens a port, and answers with `port` whoever calls there: gRPC, gRPC-Web, Connect, and Temporal's HTTP/JSON API, with
   * TLS or without, all on the same port. The owner of `port` closes it; the listener never does.
   *
   * Rejects with the error of the system when the address cannot be had.
   */
  listen(port: RpcPort, options: PortOptions): Promise<Listener>;
}

/** Where and how to serve. */
export interface ListenOptions {
  /** Name or IP address of the network interface. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 0: a free one. */
  readonly port?: number | undefined;
  /** A second port that serves the same, as Temporal has one for HTTP; 0: a free one. Default: none. */
  readonly httpPort?: number | undefined;
  /** Default: plaintext. */
  readonly tls?: ServerTlsOptions | undefined;
  /**
   * Origins of web pages that may call, such as `https://app.example.com`; `*` stands for any. Requests of pages from other
   * origins than the server's own are refused. Default: none.
   */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Most bytes of a request, before and after decompression. Default 4 MiB, as Temporal's frontend. */
  readonly maxRequestBytes?: number | undefined;
  /**
   * Most connections at a time, of both ports together; a whole number from 1. Those beyond are refused: HTTP/1.1 by 503, HTTP/2 by GOAWAY
   * with ENHANCE_YOUR_CALM, which is UNAVAILABLE for gRPC; when very many come at once, without a word. Default 10000.
   */
  readonly maxConnections?: number | undefined;
  /**
   * Which answers of gRPC above 1 KiB are gzipped, for callers that take it: `remote`, those to other machines and those to
   * compressed requests; `accepted`, all. Default `remote`: on one machine gzip only costs time.
   */
  readonly compress?: "remote" | "accepted" | undefined;
}

/** What those who serve may add. */
export interface PortOptions extends ListenOptions {
  /** Name of the header in which a proxy in front says who calls. Default: there is none, the connection says it. */
  readonly clientAddressHeader?: string | undefined;
  /** Metadata that pages of the allowed origins may send besides the usual; in lower case. Default: none. */
  readonly metadata?: readonly string[] | undefined;
  readonly page?: FindPage | undefined;
  readonly connections?: ConnectionWatch | undefined;
}

/** Hears of the connections of a port. */
export interface ConnectionWatch {
  /** One was taken. */
  opened(): void;
  /** One that was taken has ended. */
  closed(): void;
  /** There were as many as the port takes, and this one was refused. */
  refused(address: string | undefined): void;
}

/** A page besides the RPCs, for programs that look after the server. */
export interface WebPage {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** The page that a GET of a path gets; undefined: there is none, and the request is one of the HTTP API. */
export type FindPage = (
  path: string,
  request: { readonly headers: Headers; readonly peer: RpcPeer },
) => Promise<WebPage> | undefined;

/** TLS of a server. All certificates and keys are PEM. */
export interface ServerTlsOptions {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  /** Authorities of which every client must show a certificate. Default: clients need none. */
  readonly clientCertificates?: Uint8Array | undefined;
}

/** An open port. */
export interface Listener {
  /** `host:port`; an IPv6 host in brackets. */
  readonly address: string;
  /** The same of the second port, if there is one. */
  readonly httpAddress: string | undefined;
  /**
   * Takes no new connections, and ends those there are; calls under way fail with UNAVAILABLE, at once or when they were not answered
   * within `graceMs` (default 0). Safe to call again.
   */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
  /**
   * Takes another certificate, key and authorities for connections that come from now on; those there are go on with what they have.
   *
   * @throws TypeError when the port has no TLS, when they are not usable, and when clients' certificates are asked for that were not
   * before, or no longer: what was in force stays in force
   */
  setTls(tls: ServerTlsOptions): void;
  /** Tells all clients by GOAWAY to take their next calls to a new connection; calls under way go on. For fault injection. */
  goAway(): void;
  /** Cuts all connections without a word. For fault injection. */
  dropConnections(): void;
}
