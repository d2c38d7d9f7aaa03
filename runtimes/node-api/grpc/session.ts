import type { Socket } from "node:net";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";
import { GrpcStatus, RpcError } from "../../../src/platform/rpc-port.ts";
import { type ConnectionOwner, type Goaway, Http2Connection } from "../http2/connection.ts";
import { Http2Code, type Http2Error, http2CodeName } from "../http2/error-codes.ts";
import type { HeaderList } from "../http2/hpack-encoder.ts";
import type { Http2Stream } from "../http2/stream.ts";
import type { ChannelSettings } from "./channel-settings.ts";
import { connectError, describe, isPermanentTls, tlsError } from "./connect-error.ts";
import { connectSocket } from "./connect-socket.ts";

/** Who is told of a session's turns: the pool. */
export interface SessionWatcher {
  /** A stream has ended, or the peer allows more: there may be room for a waiting call. */
  sessionFreed(session: Session): void;
  /** The session takes no new calls; those it has go on. */
  sessionRetired(session: Session): void;
  /** The connection is gone. */
  sessionClosed(session: Session): void;
}

/** How long a connection without calls may take to close. */
const LEAVE_MS = 500;
/** The longest time that a timer can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * One connection: HTTP/2 on a socket.
 *
 * N1: an `error` listener is attached to the socket before anything can go wrong, and stays: an error event without one
 *     would end the process.
 * N2: `#active` counts reserved streams; each reservation ends in exactly one release.
 * N3: a retired session takes no new streams and closes by itself when `#active` is 0.
 * N4: the session holds the process open exactly while `#active` is above 0; its timers never do.
 * N5: after `sessionClosed` the watcher hears nothing more.
 * N6: what is written in one turn of the event loop leaves in one piece, when the turn's promises have been served.
 */
export class Session {
  readonly #socket: Socket;
  readonly #h2: Http2Connection;
  readonly #settings: ChannelSettings;
  readonly #watcher: SessionWatcher;
  readonly #timers: NodeJS.Timeout[] = [];
  #active = 0;
  #opened = 0;
  /** Streams the peer allows at a time; undefined before its SETTINGS. */
  #limit: number | undefined;
  #retired = false;
  #closed = false;
  #pingTimer: NodeJS.Timeout | undefined;
  #lastError: unknown;
  #lost: RpcError | undefined;
  #goaway: Goaway | undefined;
  #onReady: ((failure?: unknown) => void) | undefined;

  /** @param onReady called once: when the peer has said its SETTINGS, or with why it never will */
  constructor(socket: Socket, options: SessionOptions, onReady: (failure?: unknown) => void) {
    this.#socket = socket;
    this.#settings = options.settings;
    this.#watcher = options.watcher;
    this.#onReady = onReady;
    this.#h2 = new Http2Connection(this.#owner());
    socket.on("error", (error) => {
      this.#lastError = error;
    });
    socket.on("data", (chunk: Buffer) => this.#h2.receive(chunk));
    socket.on("drain", () => this.#h2.flushed(true));
    socket.on("end", () => socket.destroy());
    socket.on("close", () => this.#onClose());
    this.#h2.begin();
  }

  /** Streams that may still be opened. */
  get room(): number {
    return this.#retired || this.#lost || this.#socket.destroyed ? 0 : this.limit - this.#active;
  }

  /** Streams the peer allows at a time. */
  get limit(): number {
    return this.#limit ?? 1;
  }

  /** Whether it takes no new calls any more. */
  get retired(): boolean {
    return this.#retired;
  }

  /** The largest list of headers that the peer takes. */
  get maxHeaderListBytes(): number {
    return this.#h2.maxHeaderListBytes;
  }

  /** Why the connection is gone; undefined while it stands. */
  get lost(): RpcError | undefined {
    if (this.#lost) return this.#lost;
    return this.#socket.destroyed ? this.#describeLoss() : undefined;
  }

  /** Starts the timers, once the peer has shown that it speaks HTTP/2. */
  begin(): void {
    const { keepAlive, maxConnectionAgeMs } = this.#settings;
    if (this.#active === 0) this.#socket.unref();
    if (keepAlive && keepAlive.intervalMs <= MAX_TIMER_MS) {
      this.#timers.push(setInterval(() => this.#ping(keepAlive.timeoutMs), keepAlive.intervalMs).unref());
    }
    const ageMs = maxConnectionAgeMs * (0.9 + 0.1 * Math.random());
    if (ageMs <= MAX_TIMER_MS) this.#timers.push(setTimeout(() => this.retire(), ageMs).unref());
  }

  /** Takes room for one stream. Call only while `room` is above 0. */
  reserve(): void {
    if (this.#active === 0) this.#socket.ref();
    this.#active += 1;
    this.#opened += 1;
    if (this.#opened >= this.#settings.maxConnectionCalls) this.retire();
  }

  /** Opens the stream that was reserved; its end is its release. */
  open(stream: Http2Stream, headers: HeaderList, extra: Buffer | undefined): void {
    this.#h2.open(stream, headers, extra);
    if (this.#h2.exhausted) this.retire();
  }

  /** Ends a stream that is not wanted any more; does nothing when it is over. */
  cancel(stream: Http2Stream): void {
    this.#h2.cancel(stream);
  }

  /** Gives back what `reserve` took, when no stream was opened. */
  release(): void {
    this.#active -= 1;
    if (this.#active === 0 && !this.#closed) {
      this.#socket.unref();
      if (this.#retired) this.#leave();
    }
    if (!this.#closed) this.#watcher.sessionFreed(this);
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
    this.#h2.lose();
    this.#socket.destroy();
  }

  #owner(): ConnectionOwner {
    return {
      outputBegins: () => {
        if (this.#socket.writableLength === 0) this.#h2.recycle();
        process.nextTick(this.#flush);
      },
      settingsReceived: ({ maxConcurrentStreams }) => {
        this.#limit = maxConcurrentStreams;
        if (this.#onReady) this.#ready();
        else if (!this.#closed) this.#watcher.sessionFreed(this);
      },
      streamClosed: () => this.release(),
      goawayReceived: (goaway) => {
        // Answered at once: some servers that have said it stop reading when their last stream is over.
        if (!this.#goaway && !this.lost) this.#h2.leave(Http2Code.NO_ERROR);
        this.#goaway = goaway;
        this.retire();
      },
      pongReceived: () => {
        clearTimeout(this.#pingTimer);
        this.#pingTimer = undefined;
      },
      failed: (error) => this.#onFailed(error),
    };
  }

  readonly #flush = (): void => {
    const bytes = this.#h2.take();
    if (bytes.length > 0 && this.#socket.writable) this.#h2.flushed(this.#socket.write(bytes));
  };

  /** The peer broke the rules; it is told so, if it still reads. */
  #onFailed(error: Http2Error): void {
    this.#lastError = error;
    this.#lost ??= this.#describeLoss();
    this.#flush();
    this.retire();
    this.#h2.lose();
    this.#ready(error);
    this.#end();
  }

  #ready(failure?: unknown): void {
    const onReady = this.#onReady;
    this.#onReady = undefined;
    onReady?.(failure);
  }

  /** Closes the connection, which carries nothing any more. */
  #leave(): void {
    if (this.#lost || this.#socket.destroyed) return;
    if (!this.#goaway) this.#h2.leave(Http2Code.NO_ERROR);
    this.#flush();
    this.#end();
  }

  #end(): void {
    this.#socket.end();
    const error = lossError(`connection to ${this.#settings.authority} closed`);
    this.#timers.push(setTimeout(() => this.destroy(error), LEAVE_MS).unref());
  }

  #ping(timeoutMs: number): void {
    if (this.#pingTimer || this.#socket.destroyed) return;
    this.#pingTimer = setTimeout(() => {
      this.destroy(
        lossError(`no answer to an HTTP/2 PING within ${timeoutMs} ms from ${this.#settings.authority}`),
      );
    }, timeoutMs).unref();
    this.#h2.ping();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#lost ??= this.#describeLoss();
    this.#h2.lose();
    this.#closed = true;
    this.#retired = true;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#pingTimer);
    this.#ready(this.#lastError ?? new Error("closed by the peer"));
    this.#watcher.sessionClosed(this);
  }

  #describeLoss(): RpcError {
    const goaway = this.#goaway;
    const why =
      goaway && goaway.code !== Http2Code.NO_ERROR
        ? `: GOAWAY ${http2CodeName(goaway.code)}${goaway.text && ` (${goaway.text})`}`
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
  return new Promise<Session>((resolve, reject) => {
    const onReady = (failure?: unknown): void => {
      signal.removeEventListener("abort", onAbort);
      if (failure === undefined) {
        session.begin();
        resolve(session);
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
    const session = new Session(socket, options, onReady);
    // Behind a proxy the socket was paused after the proxy's answer.
    if (socket.isPaused()) socket.resume();
    const onAbort = (): void => onReady(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

function hintFor(settings: ChannelSettings): string {
  return settings.tls ? "is it a gRPC port?" : "is it a gRPC port, and does it want TLS?";
}

function lossError(details: string, cause?: unknown): RpcError {
  return new RpcError({ status: GrpcStatus.UNAVAILABLE, details, reason: "connection-lost", cause });
}
