import type { Metadata, RpcAnswer } from "../platform/rpc-port.ts";
import type { Deadline } from "./deadline.ts";
import type { GrpcRetryOptions } from "./retry.ts";

/** What may be said about one call of a service. */
export interface CallOptions {
  /** When the call counts as failed, retries included. Default: that of the scope ({@link CallScopes.withDeadline}), or none. */
  readonly deadline?: Deadline | undefined;
  /** Added to the metadata of connection and scope; its keys win. */
  readonly metadata?: Metadata | undefined;
  /** Aborting it cancels the call; a signal of the scope stays in force as well. */
  readonly abortSignal?: AbortSignal | undefined;
  /** A retry policy for this call in place of the connection's; `false` makes one attempt. */
  readonly retry?: GrpcRetryOptions | false | undefined;
}

/** A call on its way to the server, as interceptors see it. */
export interface UnaryCall {
  /** `/package.Service/Method` */
  readonly path: string;
  /** The encoded request. */
  readonly bytes: Uint8Array;
  /** Keys in lower case. The API key is not in it yet. */
  readonly metadata: Metadata;
  /** Milliseconds since the Unix epoch. */
  readonly deadline: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly retry: GrpcRetryOptions | false | undefined;
}

/** Sends a call further down, towards the server. May be called more than once. */
export type UnaryNext = (call: UnaryCall) => Promise<RpcAnswer>;

/**
 * Wraps every call of a connection. It may change the call, answer by itself, or look at the answer; errors of the
 * server and of the connection arrive as {@link RpcError}.
 *
 * @example
 * ```ts
 * const timing: UnaryInterceptor = async (call, next) => {
 *   const start = performance.now();
 *   try {
 *     return await next(call);
 *   } finally {
 *     console.log(call.path, performance.now() - start);
 *   }
 * };
 * ```
 */
export type UnaryInterceptor = (call: UnaryCall, next: UnaryNext) => Promise<RpcAnswer>;

/**
 * Makes one function of a list of interceptors; the first is the outermost.
 *
 * @example
 * ```ts
 * const send = chainInterceptors([timing, retry], last);
 * ```
 */
export function chainInterceptors(interceptors: readonly UnaryInterceptor[], last: UnaryNext): UnaryNext {
  return interceptors.reduceRight<UnaryNext>((next, interceptor) => (call) => interceptor(call, next), last);
}
