import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { clearTimeout, setTimeout } from "node:timers";
import { offAbort, onAbort } from "../../../src/platform/abort-listeners.ts";
import {
  GrpcStatus,
  type Metadata,
  type RpcAnswer,
  RpcError,
  type RpcErrorReason,
} from "../../../src/platform/rpc-port.ts";
import { FrameReader, FramingError, gunzipBounded } from "./framing.ts";
import {
  encodeTimeout,
  isGrpcContent,
  readStatus,
  readStatusDetails,
  readStatusMessage,
  toMetadata,
} from "./headers.ts";
import type { Session } from "./session.ts";
import type { SessionPool, StreamSeeker } from "./session-pool.ts";
import { Http2Code, http2CodeName, statusOfHttp, statusOfReset } from "./status-map.ts";

/** One request, ready to be sent. */
export interface CallRequest {
  readonly path: string;
  /** Shared with other calls. */
  readonly headers: OutgoingHttpHeaders;
  /** The message with its prefix. */
  readonly body: Uint8Array;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly maxReceiveBytes: number;
}

/** How much earlier than ours the clock of a server may reach the deadline. */
const DEADLINE_SLACK_MS = 25;
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * One unary call, from waiting for a stream to its answer.
 *
 * C1: it settles exactly once; what the stream says afterwards is ignored, but errors are always listened to.
 * C2: the room on a session is given back when the stream has closed, not when the call has settled: only then does
 *     the peer's count of concurrent streams go down.
 * C3: a call that the peer never looked at is sent again, once; any other is not, whatever happens to it.
 * C4: when it settles before the stream has ended, the stream is reset, so that the server stops too.
 * C5: the order of `response` and `data` differs between runtimes; nothing depends on it.
 */
export class Call implements StreamSeeker {
  readonly #request: CallRequest;
  readonly #pool: SessionPool;
  readonly #resolve: (answer: RpcAnswer) => void;
  readonly #reject: (error: RpcError) => void;
  readonly #startedAt: number;
  readonly #body = new FrameReader();
  #timer: NodeJS.Timeout | undefined;
  #stream: ClientHttp2Stream | undefined;
  #headers: IncomingHttpHeaders | undefined;
  #trailers: IncomingHttpHeaders | undefined;
  #streamError: unknown;
  #sentAgain = false;
  /** The whole answer is here; unpacking it may still take a moment. */
  #concluded = false;
  #settled = false;

  constructor(
    request: CallRequest,
    pool: SessionPool,
    settle: { resolve: (answer: RpcAnswer) => void; reject: (error: RpcError) => void },
  ) {
    this.#request = request;
    this.#pool = pool;
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
    this.#startedAt = request.timeoutMs === undefined ? 0 : performance.now();
  }

  /** Begins: arms deadline and signal, and asks the pool for a stream. */
  begin(): void {
    const { timeoutMs, signal } = this.#request;
    if (signal?.aborted) {
      this.#onAbort();
      return;
    }
    if (timeoutMs !== undefined) {
      if (!(timeoutMs > 0)) {
        this.#onDeadline();
        return;
      }
      this.#timer = setTimeout(this.#onDeadline, Math.min(timeoutMs, MAX_TIMER_MS));
    }
    if (signal) onAbort(signal, this.#onAbort);
    this.#pool.submit(this);
  }

  start(session: Session): void {
    if (this.#settled) {
      session.release();
      return;
    }
    const { timeoutMs, headers: shared, body } = this.#request;
    const headers =
      timeoutMs === undefined
        ? { ...shared }
        : { ...shared, "grpc-timeout": encodeTimeout(timeoutMs - (performance.now() - this.#startedAt)) };
    let stream: ClientHttp2Stream;
    try {
      stream = session.request(headers);
    } catch (error) {
      session.release();
      this.#onNotSent(error);
      return;
    }
    this.#stream = stream;
    stream.on("response", this.#onResponse);
    stream.on("data", this.#onData);
    stream.on("trailers", this.#onTrailers);
    stream.on("end", this.#onEnd);
    stream.on("error", this.#onError);
    stream.on("close", () => {
      session.release();
      if (!this.#settled && !this.#concluded) this.#onClosed(session, stream);
    });
    stream.end(body);
  }

  fail(error: RpcError): void {
    if (this.#settled) return;
    this.#settle();
    this.#reject(error);
  }

  readonly #onResponse = (headers: IncomingHttpHeaders): void => {
    this.#headers = headers;
    if (!isGrpcContent(headers) && readStatus(headers) === undefined) this.fail(this.#notGrpc(headers));
    else this.#checkSize();
  };

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#settled) return;
    this.#body.push(chunk);
    this.#checkSize();
  };

  readonly #onTrailers = (trailers: IncomingHttpHeaders): void => {
    this.#trailers = trailers;
  };

  readonly #onEnd = (): void => {
    if (this.#statusBlock() !== undefined) this.#conclude();
  };

  readonly #onError = (error: unknown): void => {
    this.#streamError = error;
  };

  readonly #onAbort = (): void => {
    const { path, signal } = this.#request;
    this.fail(failure(GrpcStatus.CANCELLED, `${path} was aborted by the caller`, "aborted", signal?.reason));
  };

  readonly #onDeadline = (): void => {
    const { path, timeoutMs } = this.#request;
    const waiting = this.#stream === undefined;
    const cause = waiting ? this.#pool.lastFailure : undefined;
    const where = waiting ? `, still without a connection${cause ? ` (${cause.details})` : ""}` : "";
    this.fail(
      failure(
        GrpcStatus.DEADLINE_EXCEEDED,
        `${path} took longer than ${timeoutMs} ms${where}`,
        "deadline",
        cause,
      ),
    );
  };

  /** The session died before the request went out: the peer has seen nothing. */
  #onNotSent(cause: unknown): void {
    if (this.#sendAgain()) return;
    const text = cause instanceof Error ? cause.message : String(cause);
    this.fail(
      failure(
        GrpcStatus.UNAVAILABLE,
        `${this.#request.path} could not be sent: ${text}`,
        "connection-lost",
        cause,
      ),
    );
  }

  #sendAgain(): boolean {
    if (this.#sentAgain) return false;
    this.#sentAgain = true;
    this.#stream = undefined;
    this.#streamError = undefined;
    this.#pool.submit(this);
    return true;
  }

  /** The stream is over and nothing has settled the call yet. */
  #onClosed(session: Session, stream: ClientHttp2Stream): void {
    if (this.#statusBlock() !== undefined) {
      this.#conclude();
      return;
    }
    if (this.#headers === undefined && session.refused(stream) && this.#sendAgain()) return;
    const code = stream.rstCode ?? Http2Code.NO_ERROR;
    const lost = session.lost;
    if (lost) {
      this.fail(lost);
      return;
    }
    // The server knows the deadline too, and its reset may be read before our own timer runs.
    if (code === Http2Code.CANCEL && this.#isDeadlineNear()) {
      this.#onDeadline();
      return;
    }
    const { path } = this.#request;
    if (code !== Http2Code.NO_ERROR || this.#streamError !== undefined) {
      this.fail(
        new RpcError({
          status: statusOfReset(code),
          details: `${path} was reset by the server: RST_STREAM ${http2CodeName(code)}`,
          reason: "stream-reset",
          metadata: this.#metadata(),
          http2ErrorCode: code,
          cause: this.#streamError,
        }),
      );
    } else if (this.#headers && httpStatus(this.#headers) !== 200) {
      this.fail(this.#notGrpc(this.#headers));
    } else {
      // This is what a connection lost behind a proxy looks like, so it counts as one.
      this.fail(failure(GrpcStatus.UNAVAILABLE, `${path} ended without a grpc-status`, "connection-lost"));
    }
  }

  #isDeadlineNear(): boolean {
    const { timeoutMs } = this.#request;
    return timeoutMs !== undefined && performance.now() - this.#startedAt >= timeoutMs - DEADLINE_SLACK_MS;
  }

  /** The header block that holds the status: the trailers, or the headers of an answer that is nothing else. */
  #statusBlock(): IncomingHttpHeaders | undefined {
    if (readStatus(this.#trailers) !== undefined) return this.#trailers;
    return readStatus(this.#headers) === undefined ? undefined : this.#headers;
  }

  #conclude(): void {
    if (this.#settled || this.#concluded) return;
    this.#concluded = true;
    const block = this.#statusBlock() ?? {};
    const status = readStatus(block);
    if (status !== GrpcStatus.OK) {
      this.fail(
        new RpcError({
          status: status ?? GrpcStatus.UNKNOWN,
          details: readStatusMessage(block),
          metadata: this.#metadata(),
          rawStatusDetails: readStatusDetails(block),
        }),
      );
      return;
    }
    try {
      const { compressed, payload } = this.#body.message();
      if (compressed) void this.#unpack(payload);
      else this.#succeed(payload);
    } catch (error) {
      this.fail(this.#malformed(error));
    }
  }

  async #unpack(payload: Uint8Array): Promise<void> {
    const encoding = this.#headers?.["grpc-encoding"];
    const { maxReceiveBytes } = this.#request;
    try {
      if (encoding !== "gzip")
        throw new FramingError(`message compressed by ${JSON.stringify(encoding ?? "nothing")}`);
      const bytes = await gunzipBounded(payload, maxReceiveBytes);
      if (bytes) this.#succeed(bytes);
      else this.fail(this.#tooLarge("after decompression"));
    } catch (error) {
      this.fail(this.#malformed(error));
    }
  }

  #succeed(bytes: Uint8Array): void {
    if (this.#settled) return;
    this.#settle();
    this.#resolve(new Answer(bytes, this.#headers, this.#trailers));
  }

  #checkSize(): void {
    // Before the headers are here it is not known whether these bytes are gRPC at all.
    if (this.#headers === undefined || this.#settled) return;
    const { maxReceiveBytes } = this.#request;
    const declared = this.#body.declaredLength();
    if (declared !== undefined && declared > maxReceiveBytes)
      this.fail(this.#tooLarge(`of ${declared} bytes`));
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    if (this.#request.signal) offAbort(this.#request.signal, this.#onAbort);
    const stream = this.#stream;
    if (stream === undefined) this.#pool.withdraw(this);
    else if (!stream.closed && !(stream.readableEnded && stream.writableFinished))
      stream.close(Http2Code.CANCEL);
  }

  #notGrpc(headers: IncomingHttpHeaders): RpcError {
    const status = httpStatus(headers);
    const type = headers["content-type"] ?? "none";
    return new RpcError({
      status: status === 200 ? GrpcStatus.UNKNOWN : statusOfHttp(status),
      details: `${this.#request.path}: the answer is not gRPC: HTTP ${status}, content-type ${type.slice(0, 100)}`,
      reason: "malformed-response",
      metadata: toMetadata(headers),
    });
  }

  #malformed(cause: unknown): RpcError {
    const text = cause instanceof Error ? cause.message : String(cause);
    return failure(
      GrpcStatus.INTERNAL,
      `${this.#request.path}: malformed answer: ${text}`,
      "malformed-response",
      cause,
    );
  }

  #tooLarge(how: string): RpcError {
    const { path, maxReceiveBytes } = this.#request;
    return failure(
      GrpcStatus.RESOURCE_EXHAUSTED,
      `${path}: received message ${how} is larger than maxReceiveBytes, ${maxReceiveBytes}`,
      "message-too-large",
    );
  }

  #metadata(): Metadata {
    return {
      ...(this.#headers && toMetadata(this.#headers)),
      ...(this.#trailers && toMetadata(this.#trailers)),
    };
  }
}

/** Most callers never look at the metadata of a good answer, so it is made when asked for. */
class Answer implements RpcAnswer {
  readonly bytes: Uint8Array;
  readonly #headers: IncomingHttpHeaders | undefined;
  readonly #trailers: IncomingHttpHeaders | undefined;

  constructor(
    bytes: Uint8Array,
    headers: IncomingHttpHeaders | undefined,
    trailers: IncomingHttpHeaders | undefined,
  ) {
    this.bytes = bytes;
    this.#headers = headers;
    this.#trailers = trailers;
  }

  get headers(): Metadata {
    return toMetadata(this.#headers ?? {});
  }

  get trailers(): Metadata {
    return toMetadata(this.#trailers ?? {});
  }
}

/** Node's types leave `:status` to the index signature of headers; it is a number on every runtime. */
function httpStatus(headers: IncomingHttpHeaders): number {
  return Number(headers[":status"] ?? 0);
}

function failure(status: GrpcStatus, details: string, reason: RpcErrorReason, cause?: unknown): RpcError {
  return new RpcError({ status, details, reason, cause });
}
