import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import { GrpcStatus, type RpcPeer, type RpcPort } from "../../../src/platform/rpc-port.ts";
import { closing, grpcContentType, parseTimeout, refusal } from "../../../src/server/listen/grpc-wire.ts";
import { ANSWER_MS, IDLE_MS, MAX_CONNECTION_BYTES, REQUEST_MS } from "../../../src/server/listen/limits.ts";
import { errorHeaders, GrpcCall, respondOnly } from "./grpc-call.ts";
import { binaryProblem } from "./metadata.ts";
import { peerOf } from "./peer.ts";
import { Turns } from "./turns.ts";

/** What all connections of a listener share. */
export interface GrpcSettings {
  readonly maxRequestBytes: number;
  readonly compress: "remote" | "accepted";
  readonly clientAddressHeader: string | undefined;
}

/** What a request that is not gRPC may hold of its connection's budget. */
export interface WebShare {
  /** False when the budget is used up. */
  hold(bytes: number): boolean;
  /** Whether so much waits already that nothing should be begun. */
  readonly full: boolean;
  /** Whose turn it is: each is to see what those before it hold. */
  readonly turns: Turns;
  /** Who is at the other end of the connection. */
  readonly peer: RpcPeer;
  /** Gives everything back; once. */
  end(): void;
}

/** Of calls that arrive together, so many are run before others have their turn, and before it is seen how large their answers are. */
const CALLS_PER_TURN = 32;

/** Streams that watch the health of a service, of one connection: each costs a question every few seconds, for as long as it likes. */
const MAX_WATCHES = 100;

const CALL = Symbol("call");

/** A stream that knows its call: listeners shared by all streams cost no closure for each. */
interface CallStream extends ServerHttp2Stream {
  [CALL]?: GrpcCall;
}

function onData(this: CallStream, chunk: Buffer): void {
  this[CALL]?.data(chunk);
}
function onEnd(this: CallStream): void {
  this[CALL]?.end();
}
function onClose(this: CallStream): void {
  this[CALL]?.closed();
}
function onWantTrailers(this: CallStream): void {
  this[CALL]?.sendTrailers();
}
function onError(): void {
  // A reset by the peer comes as an error on some runtimes; `close` follows, and is what counts.
}

/**
 * The gRPC calls of one HTTP/2 connection.
 *
 * S1: `#calls` holds a call from its headers until its stream has closed.
 * S2: while `#ready` has calls, or `#started` is above 0, a turn is set.
 * S3: `#held` is the sum of what the calls in `#calls` and the web requests hold, and at most MAX_CONNECTION_BYTES.
 * S4: `#idleSince` is when the last of them ended, or the session began; of no meaning while there are any.
 */
export class GrpcSession {
  readonly settings: GrpcSettings;
  readonly port: RpcPort;
  /** Who is at the other end. */
  readonly peer: RpcPeer;
  /** Whether answers are gzipped for callers that did not gzip their request. */
  readonly compresses: boolean;
  readonly #session: ServerHttp2Session;
  readonly #calls = new Set<GrpcCall>();
  /** Calls that wait for the next turn of the event loop. */
  #ready: GrpcCall[] = [];
  /** Calls that began in this turn. */
  #started = 0;
  #turnSet = false;
  #held = 0;
  /** Requests of the connection that are not gRPC. */
  #web = 0;
  #watches = 0;
  readonly #turns = new Turns();
  #idleSince = performance.now();
  #closing = false;

  constructor(session: ServerHttp2Session, port: RpcPort, settings: GrpcSettings) {
    this.#session = session;
    this.port = port;
    this.peer = peerOf(session.socket);
    this.settings = settings;
    this.compresses = settings.compress === "accepted" || !isLocal(session);
  }

  /** Takes a stream if it is gRPC. */
  accept(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
    const contentType = grpcContentType(headers["content-type"]);
    if (contentType === undefined) return false;
    stream.on("error", onError);
    const timeout = headers["grpc-timeout"];
    const timeoutMs = timeout === undefined ? undefined : parseTimeout(String(timeout));
    const problem = problemOf(headers, timeoutMs);
    if (problem !== undefined) {
      const { status, code, text } = problem;
      respondOnly(stream, errorHeaders(refusal(code, text), "application/grpc", status));
      stream.resume();
      return true;
    }
    const call = new GrpcCall(
      // A timeout that is no number was found to be a problem.
      { path: headers[":path"] ?? "", headers, contentType, timeoutMs: timeoutMs as number | undefined },
      stream,
      this,
    );
    (stream as CallStream)[CALL] = call;
    this.#calls.add(call);
    stream.on("close", onClose);
    stream.on("wantTrailers", onWantTrailers);
    stream.on("data", onData);
    stream.on("end", onEnd);
    if (this.#closing) call.fail(closing());
    return true;
  }

  /** Runs a call whose request is here, at once or after those before it. */
  start(call: GrpcCall): void {
    if (!this.#turnSet) {
      this.#turnSet = true;
      setImmediate(this.#onTurn);
    }
    if (this.#started < CALLS_PER_TURN) {
      this.#started += 1;
      call.run();
    } else {
      this.#ready.push(call);
    }
  }

  /** Whether so much waits already that no call should be begun. */
  get full(): boolean {
    return this.#held > MAX_CONNECTION_BYTES / 2;
  }

  /** Takes from what the connection may make us hold; false when that is used up. */
  hold(bytes: number): boolean {
    if (this.#held + bytes > MAX_CONNECTION_BYTES) return false;
    this.#held += bytes;
    return true;
  }

  /** A call's stream has closed. */
  release(call: GrpcCall, bytes: number): void {
    if (!this.#calls.delete(call)) return;
    this.#held -= bytes;
    this.#idleSince = performance.now();
  }

  /** A stream that goes on until its caller leaves; false when there are enough of them. */
  beginWatch(): boolean {
    if (this.#watches >= MAX_WATCHES) return false;
    this.#watches += 1;
    return true;
  }

  endWatch(): void {
    this.#watches -= 1;
  }

  /** A request that is not gRPC: it takes from the same budget. */
  webRequest(): WebShare {
    this.#web += 1;
    let held = 0;
    const isFull = (): boolean => this.full;
    return {
      get full() {
        return isFull();
      },
      turns: this.#turns,
      peer: this.peer,
      hold: (bytes) => {
        if (!this.hold(bytes)) return false;
        held += bytes;
        return true;
      },
      end: () => {
        this.#web -= 1;
        this.#held -= held;
        this.#idleSince = performance.now();
      },
    };
  }

  /** Ends requests that take too long to arrive, answers that nobody reads, and itself when nothing was asked for long. */
  sweep(now: number): void {
    if (this.#calls.size === 0 && this.#web === 0 && now - this.#idleSince > IDLE_MS) this.#session.close();
    for (const call of this.#calls) {
      if (now - call.answered > ANSWER_MS) call.drop();
      if (!call.arrived && now - call.since > REQUEST_MS) {
        call.fail(refusal(GrpcStatus.CANCELLED, `the request did not arrive within ${REQUEST_MS} ms`));
      }
    }
  }

  /** Lets calls under way go on, and the client know that new ones must go elsewhere. */
  goAway(): void {
    this.#session.close();
  }

  /** Fails all calls; resolves when the connection has closed. */
  close(): Promise<void> {
    this.#closing = true;
    for (const call of this.#calls) call.fail(closing());
    return new Promise((resolve) => {
      if (this.#session.destroyed) {
        resolve();
        return;
      }
      // A session that closes already, after GOAWAY, would not call back.
      this.#session.once("close", () => resolve());
      this.#session.close();
    });
  }

  readonly #onTurn = (): void => {
    this.#started = 0;
    this.#turnSet = false;
    const ready = this.#ready;
    this.#ready = [];
    for (const call of ready) this.start(call);
  };
}

interface Problem {
  readonly status: number;
  readonly code: GrpcStatus;
  readonly text: string;
}

/** Why a call cannot be taken, as grpc-go words it. */
function problemOf(
  headers: IncomingHttpHeaders,
  timeout: ReturnType<typeof parseTimeout> | undefined,
): Problem | undefined {
  const method = headers[":method"];
  if (method !== "POST") {
    const text = `Received a HEADERS frame with :method ${JSON.stringify(method ?? "")} which should be POST`;
    return { status: 405, code: GrpcStatus.INTERNAL, text };
  }
  if (typeof timeout === "object") {
    return { status: 400, code: GrpcStatus.INTERNAL, text: `malformed grpc-timeout: ${timeout.problem}` };
  }
  const binary = binaryProblem(headers);
  if (binary !== undefined) return { status: 400, code: GrpcStatus.INTERNAL, text: binary };
  const encoding = headers["grpc-encoding"];
  if (encoding !== undefined && encoding !== "gzip" && encoding !== "identity") {
    const text = `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(encoding)}`;
    return { status: 200, code: GrpcStatus.UNIMPLEMENTED, text };
  }
  return undefined;
}

function isLocal({ socket }: ServerHttp2Session): boolean {
  const { remoteAddress = "", localAddress } = socket;
  return remoteAddress === localAddress || /^(::1$|(::ffff:)?127\.)/.test(remoteAddress);
}
