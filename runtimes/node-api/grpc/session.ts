import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import type { ChannelSettings } from "./channel-settings.ts";
import { connectError, describe, isPermanentTls, tlsError } from "./connect-error.ts";
import { connectSocket } from "./connect-socket.ts";
import { Http2Code, http2CodeName } from "./status-map.ts";

/** Who is told of a session's turns: the pool. */
export interface SessionWatcher {
  /** A stream has ended, or the peer allows more: there may be room for a waiting call. */
  sessionFreed(session: Session): void;
  /** The session takes no new calls; those it has go on. */
  sessionRetired(session: Session): void;
  /** The connection is gone. */
  sessionClosed(session: Session): void;
}

/** How much a peer may send ahead of us, for one stream and for all together. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024;
/**
 * Error details travel in trailers; Temporal's may hold whole failures. nghttp2 takes nine frames of 16 KiB for one
 * header block, and a connection that receives more is dead without a word, so servers are told to send less.
 */
const MAX_HEADER_BYTES = 128 * 1024;
/** How long a connection without calls may take to close. */
const LEAVE_MS = 500;
/** The longest time that a timer can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * One HTTP/2 connection.
 *
 * N1: an `error` listener is attached before anything can go wrong, and stays: an error event without one would end
 *     the process.
 * N2: `#active` counts reserved streams; each reservation ends in exactly one release.
 * N3: a retired session takes no new streams and closes by itself when `#active` is 0.
 * N4: the session holds the process open exactly while `#active` is above 0; its timers never do.
 * N5: after `sessionClosed` the watcher hears nothing more.
 */
export class Session {
  readonly #h2: ClientHttp2Session;
  readonly #socket: Socket;
  readonly #settings: ChannelSettings;
  readonly #watcher: SessionWatcher;
  readonly #timers: NodeJS.Timeout[] = [];
  #active = 0;
  #opened = 0;
  #limit = 1;
  #retired = false;
  #closed = false;
  #pingTimer: NodeJS.Timeout | undefined;
  #lastError: unknown;
  #lost: RpcError | undefined;
  #goaway: { readonly code: number; readonly lastStreamId: number; readonly text: string } | undefined;

  constructor(h2: ClientHttp2Session, socket: Socket, options: SessionOptions) {
    this.#h2 = h2;
    this.#socket = socket;
    this.#settings = options.settings;
    this.#watcher = options.watcher;
    h2.on("error", (error) => {
      this.#lastError = error;
    });
    h2.on("remoteSettings", (remote) => {
      this.#limit = remote.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
      this.#watcher.sessionFreed(this);
    });
    h2.on("goaway", (code, lastStreamId, data) => this.#onGoaway(code, lastStreamId, data));
    h2.on("close", () => this.#onClose());
  }

  /** Streams that may still be opened. */
  get room(): number {
    return this.#retired || this.#h2.closed || this.#h2.destroyed ? 0 : this.#limit - this.#active;
  }

  /** Streams the peer allows at a time. */
  get limit(): number {
    return this.#limit;
  }

  /** Whether it takes no new calls any more. */
  get retired(): boolean {
    return this.#retired;
  }

  /** Why the connection is gone; undefined while it stands. */
  get lost(): RpcError | undefined {
    if (this.#lost) return this.#lost;
    return this.#h2.destroyed || this.#socket.destroyed ? this.#describeLoss() : undefined;
  }

  /** Starts the timers, once the peer has shown that it speaks HTTP/2. */
  begin(): void {
    const { keepAlive, maxConnectionAgeMs } = this.#settings;
    this.#h2.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    if (this.#active === 0) this.#h2.unref();
    if (keepAlive && keepAlive.intervalMs <= MAX_TIMER_MS) {
      this.#timers.push(setInterval(() => this.#ping(keepAlive.timeoutMs), keepAlive.intervalMs).unref());
    }
    const ageMs = maxConnectionAgeMs * (0.9 + 0.1 * Math.random());
    if (ageMs <= MAX_TIMER_MS) this.#timers.push(setTimeout(() => this.retire(), ageMs).unref());
  }

  /** Takes room for one stream. Call only while `room` is above 0. */
  reserve(): void {
    if (this.#active === 0) this.#h2.ref();
    this.#active += 1;
    this.#opened += 1;
    if (this.#opened >= this.#settings.maxConnectionCalls) this.retire();
  }

  /** Opens the stream that was reserved; throws when the session has died meanwhile. */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    return this.#h2.request(headers);
  }

  /** Gives back what `reserve` took, when the stream is closed or could not be opened. */
  release(): void {
    this.#active -= 1;
    if (this.#active === 0 && !this.#closed) {
      this.#h2.unref();
      if (this.#retired) this.#leave();
    }
    if (!this.#closed) this.#watcher.sessionFreed(this);
  }

  /** Whether the peer said, by GOAWAY, that it never looked at this stream. */
  refused(stream: ClientHttp2Stream): boolean {
    if (stream.rstCode === Http2Code.REFUSED_STREAM) return true;
    return this.#goaway !== undefined && stream.id !== undefined && stream.id > this.#goaway.lastStreamId;
  }

  /** Takes no new streams from now on. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#watcher.sessionRetired(this);
    if (this.#active === 0) this.#leave();
  }

  /** Ends the connection and with it every stream. */
  destroy(reason: RpcError): void {
    this.#lost ??= reason;
    this.#h2.destroy();
    this.#socket.destroy();
  }

  /** Closes the connection, which carries nothing any more. */
  #leave(): void {
    this.#h2.close();
    // A GOAWAY of the peer that crosses ours can leave Node's session closing for ever.
    this.#timers.push(
      setTimeout(
        () => this.destroy(lossError(`connection to ${this.#settings.authority} closed`)),
        LEAVE_MS,
      ).unref(),
    );
  }

  #ping(timeoutMs: number): void {
    if (this.#pingTimer || this.#h2.destroyed) return;
    this.#pingTimer = setTimeout(() => {
      this.destroy(
        lossError(`no answer to an HTTP/2 PING within ${timeoutMs} ms from ${this.#settings.authority}`),
      );
    }, timeoutMs).unref();
    this.#h2.ping(() => {
      clearTimeout(this.#pingTimer);
      this.#pingTimer = undefined;
    });
  }

  #onGoaway(code: number, lastStreamId: number, data: Uint8Array | undefined): void {
    const text = data && data.length > 0 ? ` (${Buffer.from(data).toString("utf8", 0, 200)})` : "";
    this.#goaway = { code, lastStreamId, text };
    this.retire();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#lost ??= this.#describeLoss();
    this.#closed = true;
    this.#retired = true;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#pingTimer);
    this.#socket.destroy();
    this.#watcher.sessionClosed(this);
  }

  #describeLoss(): RpcError {
    const goaway = this.#goaway;
    const why =
      goaway && goaway.code !== Http2Code.NO_ERROR
        ? `: GOAWAY ${http2CodeName(goaway.code)}${goaway.text}`
        : this.#lastError === undefined
          ? ""
          : `: ${describe(this.#lastError)}`;
    return lossError(`connection to ${this.#settings.authority} lost${why}`, this.#lastError);
  }
}

/** What a session is given. */
export interface SessionOptions {
  readonly settings: ChannelSettings;
  readonly watcher: SessionWatcher;
}

/** Connects, and waits for the peer's SETTINGS: only then is it known to speak HTTP/2, and how many streams it takes. */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<Session> {
  const { settings } = options;
  const socket = await connectSocket(settings, signal);
  const h2 = connect(`${settings.scheme}://${settings.authority}`, {
    createConnection: () => socket,
    maxSessionMemory: 4096,
    settings: {
      enablePush: false,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxHeaderListSize: MAX_HEADER_BYTES,
    },
  });
  const session = new Session(h2, socket, options);
  // Behind a proxy the socket was paused after the proxy's answer; where HTTP/2 reads by events it must go on.
  if (socket.isPaused()) socket.resume();
  await new Promise<void>((resolve, reject) => {
    const settle = (failure?: unknown): void => {
      signal.removeEventListener("abort", onAbort);
      h2.off("close", onClose);
      if (failure === undefined) {
        resolve();
        return;
      }
      // With TLS 1.3 a server refuses the client's certificate only after the handshake has ended for the client.
      const error =
        settings.tls && isPermanentTls(failure)
          ? tlsError(settings.authority, failure)
          : connectError(`${settings.authority} did not begin HTTP/2 (${hintFor(settings)})`, failure);
      session.destroy(error);
      reject(error);
    };
    const onAbort = (): void => settle(signal.reason);
    const onClose = (): void => settle(session.lost ?? new Error("closed"));
    h2.once("remoteSettings", () => settle());
    h2.once("close", onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  session.begin();
  return session;
}

function hintFor(settings: ChannelSettings): string {
  return settings.tls ? "is it a gRPC port?" : "is it a gRPC port, and does it want TLS?";
}

function lossError(details: string, cause?: unknown): RpcError {
  return new RpcError({ status: GrpcStatus.UNAVAILABLE, details, reason: "connection-lost", cause });
}
