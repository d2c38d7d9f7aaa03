import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import { gzip } from "node:zlib";
import {
  GrpcStatus,
  type Metadata,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPeer,
} from "../../../src/platform/rpc-port.ts";
import { MAX_TIMER_MS } from "../../../src/server/limits.ts";
import { checkTimeout, encodeMessage, refusal } from "../../../src/server/listen/grpc-wire.ts";
import { WATCH_PATH, watchHealth } from "../../../src/server/listen/health-watch.ts";
import { MIN_GZIP_BYTES } from "../../../src/server/listen/limits.ts";
import { peerBehindProxy } from "../../../src/server/listen/peer.ts";
import { encodeFrame, PREFIX_BYTES } from "../grpc/framing.ts";
import type { GrpcSession } from "./grpc-session.ts";
import { readMetadata, unpadded, writeMetadata } from "./metadata.ts";
import { RequestBody, unpackMessage } from "./request-body.ts";

/** What is known of a call from its headers. */
export interface GrpcCallInit {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The content type of the answer. */
  readonly contentType: string;
  readonly timeoutMs: number | undefined;
}

const RESPOND = { waitForTrailers: true, sendDate: false };
const RESPOND_ONLY = { endStream: true, sendDate: false };
const GOOD: OutgoingHttpHeaders = Object.freeze({ "grpc-status": "0" });

/**
 * One unary call on a stream of HTTP/2. It is the options of its own call: signal and metadata are made when somebody
 * asks for them, which for most calls nobody does.
 *
 * C1: it answers at most once; what the port says later is dropped.
 * C2: the signal is aborted exactly when the stream closes, or the session drops the call, before the answer.
 * C3: `#held` bytes of the session's budget are this call's; they are given back when the stream closes.
 */
export class GrpcCall implements RpcCallOptions {
  readonly timeoutMs: number | undefined;
  /** By `performance.now()`, when the call began. */
  readonly since: number = performance.now();
  readonly #init: GrpcCallInit;
  readonly #stream: ServerHttp2Stream;
  readonly #session: GrpcSession;
  readonly #body: RequestBody;
  /** By `performance.now()`, when the last of the answer was given to the stream. */
  #answered = Number.POSITIVE_INFINITY;
  #controller: AbortController | undefined;
  #trailers: OutgoingHttpHeaders = GOOD;
  #held = 0;
  #arrived = false;
  #over = false;

  constructor(init: GrpcCallInit, stream: ServerHttp2Stream, session: GrpcSession) {
    this.timeoutMs = init.timeoutMs;
    this.#init = init;
    this.#stream = stream;
    this.#session = session;
    this.#body = new RequestBody(session.settings.maxRequestBytes);
  }

  /** Whether the request is here as a whole. */
  get arrived(): boolean {
    return this.#arrived;
  }

  /** When the answer was given, which its caller may not have read yet; Infinity: not yet. */
  get answered(): number {
    return this.#answered;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    // Asked for late: the caller may have left meanwhile.
    if (this.#over && !this.#controller.signal.aborted) this.#controller.abort(left());
    return this.#controller.signal;
  }

  get metadata(): Metadata {
    return readMetadata(this.#init.headers);
  }

  get peer(): RpcPeer {
    const { clientAddressHeader } = this.#session.settings;
    if (clientAddressHeader === undefined) return this.#session.peer;
    const header = this.#init.headers[clientAddressHeader];
    return peerBehindProxy(this.#session.peer, header === undefined ? undefined : String(header));
  }

  /** A piece of the request. */
  data(chunk: Buffer): void {
    if (this.#over) return;
    if (!this.#hold(chunk.length)) return;
    try {
      this.#body.push(chunk);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The request is here as a whole. */
  end(): void {
    this.#arrived = true;
    if (!this.#over) this.#session.start(this);
  }

  /** Makes the call. */
  run(): void {
    if (!this.#over) void this.#run();
  }

  /** The stream is gone. */
  closed(): void {
    this.#session.release(this, this.#held);
    if (this.#over) return;
    this.#over = true;
    this.#controller?.abort(left());
  }

  /** Answers with an error, if nothing was answered yet. */
  fail(error: unknown): void {
    const controller = this.#controller;
    this.#refuse(error);
    controller?.abort(left());
  }

  /** Gives up an answer that nobody reads. */
  drop(): void {
    this.#stream.destroy();
  }

  #refuse(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#answered = performance.now();
    const stream = this.#stream;
    if (stream.headersSent && !stream.destroyed) {
      const { ":status": _, "content-type": __, ...trailers } = errorHeaders(error, "");
      this.#trailers = trailers;
      stream.end();
      return;
    }
    if (!respondOnly(stream, errorHeaders(error, this.#init.contentType)) || this.#arrived) return;
    // Nobody reads the rest of the request.
    stream.resume();
    stream.close(constants.NGHTTP2_NO_ERROR);
  }

  /** The last that is said. */
  sendTrailers(): void {
    this.#stream.sendTrailers(this.#trailers);
  }

  async #run(): Promise<void> {
    const { path, headers } = this.#init;
    try {
      if (this.#session.full) throw overloaded();
      const { bytes, packed } = this.#body.message(headers["grpc-encoding"] as string | undefined);
      const message = packed ? await unpackMessage(bytes, this.#session.settings.maxRequestBytes) : bytes;
      if (this.#over) return;
      checkTimeout(this.timeoutMs);
      if (path === WATCH_PATH) {
        await this.#watch(message);
        return;
      }
      this.#answer(await this.#session.port.unary(path, message, this), packed);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Answers with many messages: until the caller leaves, its time is up, or the session closes. */
  async #watch(request: Uint8Array): Promise<void> {
    const { timeoutMs } = this;
    if (!this.#session.beginWatch()) {
      throw refusal(GrpcStatus.RESOURCE_EXHAUSTED, "too many streams of this connection watch the health");
    }
    const counted = timeoutMs !== undefined && timeoutMs <= MAX_TIMER_MS;
    const timer = counted ? setTimeout(() => this.fail(streamEnded()), timeoutMs) : undefined;
    try {
      await watchHealth(this.#session.port, request, this, (message) => {
        if (this.#over || !this.#hold(message.length)) return;
        if (!this.#stream.headersSent) {
          this.#stream.respond({ ":status": 200, "content-type": this.#init.contentType }, RESPOND);
        }
        this.#stream.write(encodeFrame(message));
      });
    } finally {
      clearTimeout(timer);
      this.#session.endWatch();
    }
  }

  #answer(answer: RpcAnswer, requestPacked: boolean): void {
    if (this.#over) return;
    if (answer.bytes.length < MIN_GZIP_BYTES || !this.#mayPack(requestPacked)) {
      this.#send(answer, encodeFrame(answer.bytes), false);
      return;
    }
    gzip(answer.bytes, { level: 1 }, (error, packed) => {
      if (error) this.#send(answer, encodeFrame(answer.bytes), false);
      else this.#send(answer, packedFrame(packed), true);
    });
  }

  #mayPack(requestPacked: boolean): boolean {
    if (!this.#session.compresses && !requestPacked) return false;
    const accepted = this.#init.headers["grpc-accept-encoding"];
    return accepted === undefined ? requestPacked : /(^|,)\s*gzip\s*(,|$)/.test(String(accepted));
  }

  #send({ headers, trailers }: RpcAnswer, frame: Uint8Array, packed: boolean): void {
    const stream = this.#stream;
    if (this.#over || stream.destroyed || stream.closed || !this.#hold(frame.length)) return;
    const head: OutgoingHttpHeaders = { ":status": 200, "content-type": this.#init.contentType };
    if (packed) head["grpc-encoding"] = "gzip";
    writeMetadata(headers, head);
    for (const _ in trailers) {
      this.#trailers = { ...GOOD };
      writeMetadata(trailers, this.#trailers);
      break;
    }
    try {
      stream.respond(head, RESPOND);
    } catch (error) {
      // Metadata that HTTP/2 cannot carry, of whoever answers behind the port.
      this.#refuse(error);
      return;
    }
    this.#over = true;
    this.#answered = performance.now();
    stream.end(frame);
  }

  /** Takes from the session's budget; fails the call when that is used up. */
  #hold(bytes: number): boolean {
    if (this.#session.hold(bytes)) {
      this.#held += bytes;
      return true;
    }
    this.fail(overloaded());
    return false;
  }
}

/** Answers with nothing but headers; false when the stream cannot say anything any more. */
export function respondOnly(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): boolean {
  if (stream.destroyed || stream.closed || stream.headersSent) return false;
  try {
    stream.respond(headers, RESPOND_ONLY);
    return true;
  } catch {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    return false;
  }
}

function packedFrame(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 1;
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, PREFIX_BYTES);
  return frame;
}

/** An error as the only headers of an answer. */
export function errorHeaders(error: unknown, contentType: string, httpStatus = 200): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ":status": httpStatus, "content-type": contentType };
  if (!(error instanceof RpcError)) {
    headers["grpc-status"] = String(GrpcStatus.INTERNAL);
    headers["grpc-message"] = encodeMessage(error instanceof Error ? error.message : String(error));
    return headers;
  }
  writeMetadata(error.metadata, headers);
  headers["grpc-status"] = String(error.status);
  headers["grpc-message"] = encodeMessage(error.details);
  if (error.rawStatusDetails !== undefined)
    headers["grpc-status-details-bin"] = unpadded(error.rawStatusDetails);
  return headers;
}

function overloaded(): RpcError {
  return refusal(GrpcStatus.RESOURCE_EXHAUSTED, "too many bytes of this connection wait to be sent or read");
}

function streamEnded(): RpcError {
  return refusal(GrpcStatus.CANCELLED, "Stream has ended.");
}

function left(): RpcError {
  return new RpcError({ status: GrpcStatus.CANCELLED, details: "context canceled", reason: "aborted" });
}
