import { type AbortListener, offAbort, onAbort } from "../../platform/abort-listeners.ts";
import { Bag, type BagMember } from "../../platform/bag.ts";
import type { DeadlineWatch, Expiring } from "../../platform/deadlines.ts";
import { GrpcStatus, RpcError, type RpcErrorReason } from "../../platform/rpc-port.ts";
import { requestTooLarge } from "./answer-error.ts";
import type { FetchChannelOptions } from "./fetch-options.ts";

/** An HTTP answer, read whole. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** One HTTP request, ready to be sent. */
export interface FetchRequest {
  /** For messages: `/package.Service/Method`. */
  readonly call: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or text, which goes out as UTF-8. */
  readonly body?: Uint8Array | string | undefined;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Why a request was given up on this side. */
type End = "deadline" | "aborted" | "closed" | "too-large";

/**
 * HTTP requests over `fetch`, with deadlines, limits and errors of a call.
 *
 * X1: a call ends when its answer is read, its time is up, its caller aborts it or the exchange is closed, whichever is first;
 *     neither a timer of its own nor a listener outlives it.
 * X2: the request below ends with its call.
 * X3: of an answer at most `maxReceiveBytes` are kept.
 */
export class FetchExchange {
  readonly #options: FetchChannelOptions;
  readonly #open = new Bag<Sending>();
  #closed = false;

  constructor(options: FetchChannelOptions) {
    this.#options = options;
  }

  /** Sends a request and gives what `read` makes of its answer. */
  send<T>(request: FetchRequest, read: (call: string, answer: FetchAnswer) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const refused = this.#refusal(request);
      if (refused !== undefined) {
        reject(failure(request, refused, this.#options));
        return;
      }
      const bytes = textBytes(request);
      if (bytes > this.#options.maxSendBytes) {
        reject(requestTooLarge(request.call, bytes, this.#options.maxSendBytes));
        return;
      }
      const sending = new Sending(request, this.#options.deadlines, (why) => {
        this.#open.remove(sending);
        reject(failure(request, why, this.#options));
      });
      this.#open.add(sending);
      this.#exchange(sending).then(
        (answer) => {
          if (!this.#open.remove(sending)) return;
          sending.over();
          try {
            resolve(read(request.call, answer));
          } catch (error) {
            reject(error);
          }
        },
        (cause) => {
          if (!this.#open.remove(sending)) return;
          sending.over();
          reject(cause instanceof RpcError ? cause : networkError(request, cause));
        },
      );
    });
  }

  /** Ends all calls under way; later ones fail at once. */
  close(): void {
    this.#closed = true;
    for (const sending of this.#open.members()) sending.end("closed");
    this.#options.deadlines?.clear();
  }

  #refusal({ timeoutMs, signal }: FetchRequest): End | undefined {
    if (this.#closed) return "closed";
    if (signal?.aborted) return "aborted";
    return timeoutMs !== undefined && timeoutMs <= 0 ? "deadline" : undefined;
  }

  async #exchange(sending: Sending): Promise<FetchAnswer> {
    const { fetch, maxReceiveBytes } = this.#options;
    const { request } = sending;
    const response = await fetch(request.url, sending.init());
    const { status, headers } = response;
    if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
      await response.body?.cancel();
      throw redirected(request, response);
    }
    if (isSurelyWithin(response, maxReceiveBytes)) {
      return { status, headers, body: new Uint8Array(await response.arrayBuffer()) };
    }
    const body = await readBounded(response, maxReceiveBytes);
    if (body !== undefined) return { status, headers, body };
    sending.abort();
    throw failure(request, "too-large", this.#options);
  }
}

/** A call under way, and what may end it on this side. */
class Sending implements BagMember {
  bagIndex = -1;
  readonly request: FetchRequest;
  readonly #ended: (why: End) => void;
  readonly #controller = new AbortController();
  readonly #deadlines: DeadlineWatch | undefined;
  readonly #due: Due | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listener: AbortListener | undefined;

  constructor(request: FetchRequest, deadlines: DeadlineWatch | undefined, ended: (why: End) => void) {
    this.request = request;
    this.#ended = ended;
    this.#deadlines = deadlines;
    const { timeoutMs, signal } = request;
    if (timeoutMs !== undefined && timeoutMs <= LONGEST_TIMER_MS) {
      if (deadlines === undefined) {
        this.#timer = setTimeout(() => this.end("deadline"), timeoutMs);
      } else {
        this.#due = new Due(this, timeoutMs);
        deadlines.add(this.#due);
      }
    }
    if (signal !== undefined) this.#listener = onAbort(signal, () => this.end("aborted"));
  }

  init(): RequestInit {
    const { method, headers, body } = this.request;
    // Followed redirects would turn POST into GET; workerd knows no "error".
    const init: RequestInit = { method, headers, signal: this.#controller.signal, redirect: "manual" };
    if (body !== undefined) init.body = body as Uint8Array<ArrayBuffer> | string;
    return init;
  }

  /** Ends the call from this side. */
  end(why: End): void {
    this.over();
    this.#ended(why);
    this.abort();
  }

  /** Ends the request below. */
  abort(): void {
    this.#controller.abort();
  }

  /** Nothing may end it any more. */
  over(): void {
    if (this.#due !== undefined) this.#deadlines?.remove(this.#due);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    const { signal } = this.request;
    if (signal !== undefined && this.#listener !== undefined) offAbort(signal, this.#listener);
  }
}

/** When a call has to have ended, for the watch of all deadlines. */
class Due implements Expiring {
  bagIndex = -1;
  readonly deadline: number;
  readonly #sending: Sending;

  constructor(sending: Sending, timeoutMs: number) {
    this.#sending = sending;
    this.deadline = performance.now() + timeoutMs;
  }

  expire(): void {
    this.#sending.end("deadline");
  }
}

/** DEFLATE makes a byte of at most this many. */
const MAX_INFLATION = 1_032;

/** Length of a request that is text, in its body or its URL: that of one in bytes is looked at before, and is less. */
function textBytes({ body = "", url }: FetchRequest): number {
  if (typeof body !== "string") return 0;
  if (body === "") return url.length;
  return ASCII.test(body) ? body.length : new TextEncoder().encode(body).length;
}

const ASCII = /^[\0-\x7f]*$/;

/** Whether the headers alone say that a body is not longer than allowed: it can be read in one go then. */
function isSurelyWithin({ headers, type }: Response, maxBytes: number): boolean {
  const length = headers.get("content-length");
  // From another origin a browser shows the length, but not whether it is that of something compressed.
  if (length === null || type === "cors") return false;
  const encoding = headers.get("content-encoding");
  if (encoding === null) return Number(length) <= maxBytes;
  return /^(?:gzip|deflate)$/i.test(encoding) && Number(length) * MAX_INFLATION <= maxBytes;
}

/** The body of an answer, or undefined when it is longer than allowed. */
async function readBounded(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      // Not waited for: what is thrown away may take its time.
      void reader.cancel().catch(() => undefined);
      return undefined;
    }
    pieces.push(value);
  }
  if (pieces.length === 1) return pieces[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** What timers can count: 24.8 days. A call that may take longer may take for ever. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const ENDS: Readonly<Record<End, { readonly status: GrpcStatus; readonly reason: RpcErrorReason }>> = {
  deadline: { status: GrpcStatus.DEADLINE_EXCEEDED, reason: "deadline" },
  aborted: { status: GrpcStatus.CANCELLED, reason: "aborted" },
  closed: { status: GrpcStatus.UNAVAILABLE, reason: "closed" },
  "too-large": { status: GrpcStatus.RESOURCE_EXHAUSTED, reason: "message-too-large" },
};

function failure(request: FetchRequest, end: End, { maxReceiveBytes }: FetchChannelOptions): RpcError {
  const details = {
    deadline: `${request.call}: no answer within ${request.timeoutMs} ms`,
    aborted: `${request.call}: the call was aborted by the caller`,
    closed: `${request.call}: the connection is closed`,
    "too-large": `${request.call}: the answer is larger than maxReceiveBytes (${maxReceiveBytes})`,
  }[end];
  return new RpcError({
    ...ENDS[end],
    details,
    cause: end === "aborted" ? request.signal?.reason : undefined,
  });
}

/** Faults of certificates and protocols, which another attempt would only repeat. */
const PERMANENT =
  /CERT|SELF_SIGNED|UNABLE_TO_|WRONG_VERSION|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH|InvalidContentType/i;
const NOT_CONNECTED =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT|ConnectionRefused|refused/i;

function networkError(request: FetchRequest, cause: unknown): RpcError {
  const words = wordsOf(cause);
  const reason = PERMANENT.test(words)
    ? "connect-rejected"
    : NOT_CONNECTED.test(words)
      ? "connect-failed"
      : "connection-lost";
  return new RpcError({
    status: GrpcStatus.UNAVAILABLE,
    details: `${request.call}: ${new URL(request.url).origin} could not be asked: ${words}`,
    reason,
    cause,
  });
}

/** The words of an error and of its causes: `fetch` itself says no more than that it failed. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let current = error, depth = 0; current !== undefined && depth < 4; depth++) {
    const { message, code, cause } = (current ?? {}) as {
      message?: unknown;
      code?: unknown;
      cause?: unknown;
    };
    for (const word of [message, code]) {
      if (typeof word === "string" && word !== "" && !words.includes(word)) words.push(word);
    }
    current = cause;
  }
  return words.length > 0 ? words.join(": ") : String(error);
}

function redirected({ call, url }: FetchRequest, response: Response): RpcError {
  const target = response.headers.get("location");
  return new RpcError({
    status: GrpcStatus.UNIMPLEMENTED,
    details:
      `${call}: ${new URL(url).origin} redirects` +
      `${target === null ? "" : ` to ${target.slice(0, 200)}`} instead of answering; give the address that it redirects to`,
    reason: "malformed-response",
  });
}
