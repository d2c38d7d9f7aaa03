import { type AbortListener, offAbort, onAbort } from "../../../src/platform/abort-listeners.ts";
import type { DeadlineWatch, Expiring } from "../../../src/platform/deadlines.ts";
import {
  GrpcStatus,
  type Metadata,
  type RpcAnswer,
  RpcError,
  type RpcErrorReason,
} from "../../../src/platform/rpc-port.ts";
import { statusOfHttp } from "../../../src/transport/wire-text.ts";
import { Http2Code, http2CodeName } from "../http2/error-codes.ts";
import type { HeaderBlock } from "../http2/header-block.ts";
import type { HeaderList } from "../http2/hpack-encoder.ts";
import { Http2Stream } from "../http2/stream.ts";
import { FramingError, gunzipBounded, MessageReader } from "./framing.ts";
import {
  httpStatus,
  isGrpcContent,
  readStatus,
  readStatusDetails,
  readStatusMessage,
  timeoutField,
  toMetadata,
} from "./headers.ts";
import type { Session } from "./session.ts";
import type { SessionPool, StreamSeeker } from "./session-pool.ts";
import { statusOfReset } from "./status-map.ts";

/** What the calls of a channel share. */
export interface CallContext {
  readonly pool: SessionPool;
  readonly deadlines: DeadlineWatch;
  readonly maxReceiveBytes: number;
}

/** One request, ready to be sent. */
export interface CallRequest {
  readonly path: string;
  /** Shared with other calls. */
  readonly headers: HeaderList;
  readonly message: Uint8Array;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: RpcAnswer) => void;
  readonly reject: (error: RpcError) => void;
}

/** How much earlier than ours the clock of a server may reach the deadline. */
const DEADLINE_SLACK_MS = 25;
/** What `grpc-timeout` adds to a list of headers, at most. */
const TIMEOUT_FIELD_BYTES = 64;

/**
 * One unary call, from waiting for a stream to its answer.
 *
 * C1: it settles exactly once; what the stream says afterwards is ignored.
 * C2: the room on a session is given back when the stream has closed, not when the call has settled.
 * C3: a call that the peer never looked at is sent again, once; any other is not, whatever happens to it.
 * C4: when it settles before the stream has ended, the stream is reset, so that the server stops too.
 */
export class Call extends Http2Stream implements StreamSeeker, Expiring {
  readonly message: Uint8Array;
  /** When, by `performance.now()`, the call fails. */
  readonly deadline: number;
  bagIndex = -1;
  readonly #request: CallRequest;
  readonly #context: CallContext;
  #body: MessageReader | undefined;
  #session: Session | undefined;
  #headers: HeaderBlock | undefined;
  #trailers: HeaderBlock | undefined;
  #listener: AbortListener | undefined;
  #sentAgain = false;
  #settled = false;

  constructor(request: CallRequest, context: CallContext) {
    super();
    this.message = request.message;
    this.deadline =
      request.timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + request.timeoutMs;
    this.#request = request;
    this.#context = context;
  }

  /** Begins: arms deadline and signal, and asks the pool for a stream. */
  begin(): void {
    const { timeoutMs, signal } = this.#request;
    if (signal?.aborted) {
      this.#abort();
      return;
    }
    if (timeoutMs !== undefined) {
      if (!(timeoutMs > 0)) {
        this.expire();
        return;
      }
      this.#context.deadlines.add(this);
    }
    if (signal) {
      this.#listener = onAbort(signal, () => this.#abort());
    }
    this.#context.pool.submit(this);
  }

  start(session: Session): void {
    const { timeoutMs, headers } = this.#request;
    const most = session.maxHeaderListBytes;
    const tooLarge = headers.bytes + TIMEOUT_FIELD_BYTES > most;
    if (this.#settled || tooLarge) {
      session.release();
      if (tooLarge) this.fail(this.#headersTooLarge(most));
      return;
    }
    this.#session = session;
    const extra = timeoutMs === undefined ? undefined : timeoutField(this.deadline - performance.now());
    session.open(this, headers, extra);
  }

  fail(error: RpcError): void {
    if (this.#settled) return;
    this.#settle();
    this.#request.reject(error);
  }

  expire(): void {
    const { path, timeoutMs } = this.#request;
    const waiting = this.#session === undefined && this.#headers === undefined;
    const cause = waiting ? this.#context.pool.lastFailure : undefined;
    const where = waiting ? `, still without a connection${cause ? ` (${cause.details})` : ""}` : "";
    this.fail(
      failure(
        GrpcStatus.DEADLINE_EXCEEDED,
        `${path} took longer than ${timeoutMs} ms${where}`,
        "deadline",
        cause,
      ),
    );
  }

  onHeaders(headers: HeaderBlock): void {
    this.#headers = headers;
    if (!isGrpcContent(headers) && readStatus(headers) === undefined) this.fail(this.#notGrpc(headers));
  }

  onData(bytes: Buffer, start: number, end: number): void {
    if (this.#settled) return;
    this.#body ??= new MessageReader();
    this.#body.push(bytes, start, end);
    const { maxReceiveBytes } = this.#context;
    const declared = this.#body.declaredLength();
    if (declared !== undefined && declared > maxReceiveBytes)
      this.fail(this.#tooLarge(`of ${declared} bytes`));
  }

  onTrailers(trailers: HeaderBlock): void {
    this.#trailers = trailers;
  }

  onEnd(): void {
    this.#session = undefined;
    if (this.#settled) return;
    const block = this.#statusBlock();
    if (block !== undefined) this.#conclude(block);
    else if (this.#headers && httpStatus(this.#headers) !== 200) this.fail(this.#notGrpc(this.#headers));
    else this.#failWithoutStatus();
  }

  onReset(code: number): void {
    this.#session = undefined;
    if (this.#settled) return;
    if (code === Http2Code.REFUSED_STREAM && this.#headers === undefined && this.#sendAgain()) return;
    const block = this.#statusBlock();
    if (block !== undefined) {
      this.#conclude(block);
    } else if (code === Http2Code.CANCEL && this.#isDeadlineNear()) {
      // The server knows the deadline too, and its reset may be read before our own timer runs.
      this.expire();
    } else if (code === Http2Code.NO_ERROR) {
      this.#failWithoutStatus();
    } else {
      this.fail(
        new RpcError({
          status: statusOfReset(code),
          details: `${this.#request.path} was reset by the server: RST_STREAM ${http2CodeName(code)}`,
          reason: "stream-reset",
          metadata: this.#metadata(),
          http2ErrorCode: code,
        }),
      );
    }
  }

  onMalformed(problem: string): void {
    this.#session = undefined;
    this.fail(this.#malformed(new Error(problem)));
  }

  onLost(neverSent: boolean): void {
    const lost = this.#session?.lost;
    this.#session = undefined;
    if (this.#settled || (neverSent && this.#sendAgain())) return;
    const block = this.#statusBlock();
    if (block !== undefined) this.#conclude(block);
    else if (lost) this.fail(lost);
    else this.#failWithoutStatus();
  }

  #abort(): void {
    const { path, signal } = this.#request;
    this.fail(failure(GrpcStatus.CANCELLED, `${path} was aborted by the caller`, "aborted", signal?.reason));
  }

  #sendAgain(): boolean {
    if (this.#sentAgain) return false;
    this.#sentAgain = true;
    this.#context.pool.submit(this);
    return true;
  }

  /** This is what a connection lost behind a proxy looks like, so it counts as one. */
  #failWithoutStatus(): void {
    const details = `${this.#request.path} ended without a grpc-status`;
    this.fail(failure(GrpcStatus.UNAVAILABLE, details, "connection-lost"));
  }

  #isDeadlineNear(): boolean {
    return performance.now() >= this.deadline - DEADLINE_SLACK_MS;
  }

  /** The header block that holds the status: the trailers, or the headers of an answer that is nothing else. */
  #statusBlock(): HeaderBlock | undefined {
    if (readStatus(this.#trailers) !== undefined) return this.#trailers;
    return readStatus(this.#headers) === undefined ? undefined : this.#headers;
  }

  #conclude(block: HeaderBlock): void {
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
      const { compressed, payload } = (this.#body ?? new MessageReader()).message();
      if (compressed) void this.#unpack(payload);
      else this.#succeed(payload);
    } catch (error) {
      this.fail(this.#malformed(error));
    }
  }

  async #unpack(payload: Uint8Array): Promise<void> {
    const encoding = this.#headers?.get("grpc-encoding");
    const { maxReceiveBytes } = this.#context;
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
    this.#request.resolve(new Answer(bytes, this.#headers, this.#trailers));
  }

  #settle(): void {
    this.#settled = true;
    const { timeoutMs, signal } = this.#request;
    if (timeoutMs !== undefined) this.#context.deadlines.remove(this);
    if (signal && this.#listener) offAbort(signal, this.#listener);
    if (this.#session === undefined) this.#context.pool.withdraw(this);
    else this.#session.cancel(this);
  }

  #notGrpc(headers: HeaderBlock): RpcError {
    const status = httpStatus(headers);
    const type = headers.get("content-type") ?? "none";
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
    return failure(
      GrpcStatus.RESOURCE_EXHAUSTED,
      `${this.#request.path}: received message ${how} is larger than maxReceiveBytes, ${this.#context.maxReceiveBytes}`,
      "message-too-large",
    );
  }

  #headersTooLarge(most: number): RpcError {
    const { path, headers } = this.#request;
    const details = `${path}: headers of ${headers.bytes} bytes are more than the ${most} that the server takes`;
    return failure(GrpcStatus.INTERNAL, details, "invalid-request");
  }

  #metadata(): Metadata {
    return { ...toMetadata(this.#headers), ...toMetadata(this.#trailers) };
  }
}

/** Most callers never look at the metadata of a good answer, so it is made when asked for. */
class Answer implements RpcAnswer {
  readonly bytes: Uint8Array;
  readonly #headers: HeaderBlock | undefined;
  readonly #trailers: HeaderBlock | undefined;

  constructor(bytes: Uint8Array, headers: HeaderBlock | undefined, trailers: HeaderBlock | undefined) {
    this.bytes = bytes;
    this.#headers = headers;
    this.#trailers = trailers;
  }

  get headers(): Metadata {
    return toMetadata(this.#headers);
  }

  get trailers(): Metadata {
    return toMetadata(this.#trailers);
  }
}

function failure(status: GrpcStatus, details: string, reason: RpcErrorReason, cause?: unknown): RpcError {
  return new RpcError({ status, details, reason, cause });
}
