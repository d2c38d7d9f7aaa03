// Invariants
// X1. A path has one handler; what has none answers UNIMPLEMENTED naming the method.
// X2. The namespace of a request is checked before its handler runs.
// X3. Calls are worked on in the order in which they came, and the event loop has its turn between them.
// X4. Whatever a handler does, the caller gets an answer or an RpcError; a caller that leaves gets its CANCELLED at once.
import { CodecError } from "../../codec-runtime/codec-error.ts";
import type { HandlerCodec } from "../../codec-runtime/method.ts";
import {
  GrpcStatus,
  type Metadata,
  type RpcAnswer,
  type RpcCallOptions,
  RpcError,
  type RpcPort,
} from "../../platform/rpc-port.ts";
import { MAX_TIMER_MS } from "../limits.ts";
import { Breather } from "./breather.ts";
import type { Handler, HandlerCodecs, HandlersOf, ServerCall } from "./call.ts";
import { notImplemented } from "./missing-features.ts";
import { OpenCall } from "./open-call.ts";
import { ServiceFailure, toRpcError } from "./service-failure.ts";

/** What stands between every call and its handler. */
export interface DispatcherOptions {
  /** Called with each decoded request before its handler; throws a `ServiceFailure` to refuse. */
  readonly admit: (request: object, call: ServerCall) => void;
  /** An error that is no `ServiceFailure`: a defect of the server. */
  readonly onDefect: (method: string, error: unknown) => void;
}

interface Entry {
  readonly codec: HandlerCodec<object, object>;
  readonly handler: Handler<object, object> | undefined;
}

const NO_METADATA: Metadata = Object.freeze({});

/**
 * The one place where RPCs are registered, and the bytes port that every way into the server ends at: in-process
 * connections call it directly, gRPC, gRPC-Web, Connect and HTTP/JSON through their listeners.
 *
 * @example
 * ```ts
 * const dispatcher = new Dispatcher({ admit, onDefect });
 * dispatcher.register(WorkflowServiceHandlers, startRpcs(server));
 * const { bytes } = await dispatcher.unary(path, request, {});
 * ```
 */
export class Dispatcher implements RpcPort {
  readonly #options: DispatcherOptions;
  readonly #entries: Map<string, Entry> = new Map();
  readonly #services: Set<string> = new Set();
  readonly #open: Set<OpenCall> = new Set();
  readonly #breather: Breather = new Breather();
  #closed = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Makes the paths of a service known: UNIMPLEMENTED until handlers are registered. */
  declare(codecs: HandlerCodecs): void {
    for (const codec of Object.values(codecs)) {
      // The tables are generated: each codec fits the handler of the same name, which HandlersOf has checked.
      this.#entries.set(codec.path, { codec: codec as unknown as Entry["codec"], handler: undefined });
      this.#services.add(codec.path.slice(1, codec.path.lastIndexOf("/")));
    }
  }

  /** Registers a group of handlers. Twice the same method is a defect of ours and throws. */
  register<Codecs extends HandlerCodecs>(codecs: Codecs, handlers: HandlersOf<Codecs>): void {
    for (const [name, handler] of Object.entries(handlers)) {
      const codec = codecs[name];
      if (codec === undefined || handler === undefined) continue;
      if (this.#entries.get(codec.path)?.handler) throw new Error(`${codec.path} is registered twice`);
      this.#entries.set(codec.path, {
        codec: codec as unknown as Entry["codec"],
        handler: handler as Handler<object, object>,
      });
    }
  }

  /** Whether a path is a method of a declared service, served or not. */
  knows(path: string): boolean {
    return this.#entries.has(path);
  }

  async unary(path: string, bytes: Uint8Array, options: RpcCallOptions): Promise<RpcAnswer> {
    const entry = this.#entries.get(path);
    const method = path.slice(path.lastIndexOf("/") + 1);
    if (entry?.handler === undefined) throw unimplemented(path, entry !== undefined, this.#services);
    if (this.#closed) throw closed();
    if (options.timeoutMs !== undefined && options.timeoutMs <= 0) throw expired(options.timeoutMs);
    const pause = this.#breather.pause();
    if (pause !== undefined) {
      await pause;
      if (this.#closed) throw closed();
      // Who left meanwhile does not say so again.
      if (options.signal?.aborted) throw left();
    }
    const request = decode(entry.codec, bytes);
    const call = new OpenCall(method, options, this.#open);
    try {
      this.#options.admit(request, call);
      const answered = entry.handler(request, call);
      const response = answered instanceof Promise ? await this.#orLeft(answered, call) : answered;
      return { bytes: entry.codec.encode(response), headers: NO_METADATA, trailers: NO_METADATA };
    } catch (error) {
      throw this.#failed(error, method);
    } finally {
      call.end();
    }
  }

  /** Calls under way, and later ones, fail with UNAVAILABLE. */
  async close(): Promise<void> {
    this.#closed = true;
    this.interrupt(closed());
  }

  /** Calls under way fail with an error. */
  interrupt(error: RpcError): void {
    for (const call of [...this.#open]) call.abort(error);
  }

  #orLeft<Response>(answered: Promise<Response>, call: OpenCall): Promise<Response> {
    const { signal, timeoutMs } = call;
    return new Promise<Response>((resolve, reject) => {
      // A handler whose caller has left may never end: what was set up for it goes with the caller.
      const end = (): void => {
        signal.removeEventListener("abort", leave);
        clearTimeout(timer);
      };
      const fail = (error: unknown): void => {
        end();
        reject(error);
      };
      const leave = (): void => fail(signal.reason instanceof RpcError ? signal.reason : left());
      const expire = (): void => {
        const reason = expired(timeoutMs ?? 0);
        fail(reason);
        // Nobody waits any more: no task must go there.
        call.abort(reason);
      };
      // Whoever waits longer than three weeks is not kept waiting by us.
      const counted = timeoutMs !== undefined && timeoutMs <= MAX_TIMER_MS;
      const timer = counted ? setTimeout(expire, timeoutMs) : undefined;
      signal.addEventListener("abort", leave);
      answered.then((response) => {
        end();
        resolve(response);
      }, fail);
      if (signal.aborted) leave();
    });
  }

  #failed(error: unknown, method: string): RpcError {
    if (error instanceof ServiceFailure) return toRpcError(error);
    if (error instanceof RpcError) return error;
    this.#options.onDefect(method, error);
    const details = `${method}: ${error instanceof Error ? error.message : String(error)}`;
    return new RpcError({ status: GrpcStatus.INTERNAL, details, cause: error });
  }
}

function decode(codec: Entry["codec"], bytes: Uint8Array): object {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new RpcError({
      status: GrpcStatus.INTERNAL,
      details: `grpc: error unmarshalling request: ${error.message}`,
      cause: error,
    });
  }
}

/** As grpc-go says it. */
function unknownPath(path: string, services: ReadonlySet<string>): string {
  const at = path.lastIndexOf("/");
  if (at < 1) return `malformed method name: ${JSON.stringify(path)}`;
  const service = path.slice(1, at);
  if (!services.has(service)) return `unknown service ${service}`;
  return `unknown method ${path.slice(at + 1)} for service ${service}`;
}

function unimplemented(path: string, declared: boolean, services: ReadonlySet<string>): RpcError {
  const method = path.slice(path.lastIndexOf("/") + 1);
  const details = declared ? notImplemented(method) : unknownPath(path, services);
  return new RpcError({ status: GrpcStatus.UNIMPLEMENTED, details });
}

function closed(): RpcError {
  return new RpcError({
    status: GrpcStatus.UNAVAILABLE,
    details: "the embedded server is closed",
    reason: "closed",
  });
}

function left(): RpcError {
  return new RpcError({ status: GrpcStatus.CANCELLED, details: "context canceled", reason: "aborted" });
}

function expired(timeoutMs: number): RpcError {
  return new RpcError({
    status: GrpcStatus.DEADLINE_EXCEEDED,
    details: `context deadline exceeded (after ${timeoutMs} ms)`,
    reason: "deadline",
  });
}
