import type { MethodCodec, MethodTable, RequestOf, ResponseOf } from "../codec-runtime/method.ts";
import { GrpcStatus, type RpcAnswer, RpcError } from "../platform/rpc-port.ts";
import type { RpcRequest } from "./message-rpc.ts";
import type { CallOptions } from "./unary-call.ts";

/** A service as users call it: request in, response out. Calls fail with {@link RpcError}. */
export type RpcService<T> = {
  readonly [K in keyof T]: (request: RequestOf<T[K]>, options?: CallOptions) => Promise<ResponseOf<T[K]>>;
};

/** A call's options; `namespace` is that of the request, if it has one. */
export type InvokeOptions = CallOptions & { readonly namespace?: string | undefined };

/** Sends an encoded request. */
export type Invoke = (path: string, bytes: Uint8Array, options: InvokeOptions) => Promise<RpcAnswer>;

/** Sends a request and gives the response as the message that it is. */
export type InvokeMessage = (path: string, request: RpcRequest, options: InvokeOptions) => Promise<unknown>;

/** How services send their calls. */
export interface Invokers {
  readonly bytes: Invoke;
  /** Taken where it is given: what is on the wire is made of messages then, and nobody wants to see bytes. */
  readonly message?: InvokeMessage | undefined;
}

/**
 * Makes a callable service of a table of methods; streaming methods are left out.
 *
 * @example
 * ```ts
 * const health = buildService(HealthMethods, { bytes: invoke });
 * await health.check({ service: "temporal.api.workflowservice.v1.WorkflowService" });
 * ```
 */
export function buildService<T extends MethodTable>(methods: T, { bytes, message }: Invokers): RpcService<T> {
  const service: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(methods)) {
    if (method.kind !== "unary") continue;
    service[name] = message === undefined ? byBytes(method, bytes) : byMessage(method, message);
  }
  // Filled method by method from the table that T describes.
  return service as RpcService<T>;
}

type Call = (request: never, options?: CallOptions) => Promise<unknown>;

function byBytes({ path, encode, decode }: MethodCodec<never, unknown>, invoke: Invoke): Call {
  return async (request, options) => {
    const answer = await invoke(path, encode(request), withNamespace(request, options));
    try {
      return decode(answer.bytes);
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      const details = `${path}: the response cannot be decoded: ${text}`;
      throw new RpcError({ status: GrpcStatus.INTERNAL, details, reason: "malformed-response", cause });
    }
  };
}

function byMessage({ path, encode }: MethodCodec<never, unknown>, invoke: InvokeMessage): Call {
  // Encoding is also what tells an unusable request.
  return async (message, options) =>
    invoke(path, { bytes: encode(message), message }, withNamespace(message, options));
}

/** Field by field: a literal that begins with a spread is slow to make on V8 11. */
function withNamespace(request: unknown, options: CallOptions | undefined): InvokeOptions {
  const namespace = namespaceOf(request);
  if (options === undefined) return { namespace };
  const { deadline, metadata, abortSignal, retry } = options;
  return { namespace, deadline, metadata, abortSignal, retry };
}

function namespaceOf(request: unknown): string | undefined {
  const namespace = (request as { readonly namespace?: unknown } | undefined)?.namespace;
  return typeof namespace === "string" && namespace !== "" ? namespace : undefined;
}
