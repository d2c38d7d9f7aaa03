import { offAbort, onAbort } from "../platform/abort-listeners.ts";
import { GrpcStatus, RpcError, type RpcErrorReason } from "../platform/rpc-port.ts";
import { remainingMs } from "./deadline.ts";
import type { UnaryCall, UnaryInterceptor } from "./unary-call.ts";

/** When and how often a failed call is made again. */
export interface GrpcRetryOptions {
  /** Milliseconds to wait before the next attempt. `attempt` counts the attempts made, from 1. */
  readonly delayFunction: (attempt: number, error: RpcError) => number;
  /** Whether there is a next attempt. `attempt` counts the attempts made, from 1. */
  readonly retryableDecider: (attempt: number, error: RpcError) => boolean;
}

/** The numbers of `min(maxIntervalMs, factor ** attempt * initialIntervalMs) * (1 ± maxJitter)`. */
export interface BackoffOptions {
  /** Default 1.7. */
  readonly factor: number;
  /** Attempts in all, the first included. Default 10. */
  readonly maxAttempts: number;
  /** Share of the interval by which chance changes it either way. Default 0.2. */
  readonly maxJitter: number;
  /** Default: 1000 for RESOURCE_EXHAUSTED, 100 otherwise. */
  readonly initialIntervalMs: (error: RpcError) => number;
  /** Default: 5000. */
  readonly maxIntervalMs: (error: RpcError) => number;
}

/**
 * The retry policy of the official client, with other numbers where given.
 *
 * @example
 * ```ts
 * const connection = await Connection.connect({
 *   interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 3 }))],
 * });
 * ```
 */
export function defaultGrpcRetryOptions(options: Partial<BackoffOptions> = {}): GrpcRetryOptions {
  const { factor = 1.7, maxAttempts = 10, maxJitter = 0.2 } = options;
  const initialIntervalMs = options.initialIntervalMs ?? defaultInitialIntervalMs;
  const maxIntervalMs = options.maxIntervalMs ?? (() => 5_000);
  return {
    delayFunction: (attempt, error) =>
      Math.min(maxIntervalMs(error), factor ** attempt * initialIntervalMs(error)) *
      (1 - maxJitter + Math.random() * maxJitter * 2),
    retryableDecider: (attempt, error) => attempt < maxAttempts && isRetryableError(error),
  };
}

function defaultInitialIntervalMs(error: RpcError): number {
  return error.status === GrpcStatus.RESOURCE_EXHAUSTED ? 1_000 : 100;
}

const RETRYABLE: ReadonlySet<GrpcStatus> = new Set<GrpcStatus>([
  GrpcStatus.UNKNOWN,
  GrpcStatus.RESOURCE_EXHAUSTED,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.ABORTED,
  GrpcStatus.DATA_LOSS,
  GrpcStatus.OUT_OF_RANGE,
]);

/** Reasons found on this side that another attempt would only repeat. */
const FINAL: ReadonlySet<RpcErrorReason> = new Set<RpcErrorReason>([
  "deadline",
  "aborted",
  "connect-rejected",
  "message-too-large",
  "invalid-request",
  "closed",
]);

/** How servers say that a message is over their limit: Temporal's own, and those of gRPC-Web and Connect. */
const MESSAGE_TOO_LARGE =
  /^grpc: (?:received message|message after decompression|received message after decompression) larger than max|^message (?:size \d+ )?is larger than configured readMaxBytes/;

/** Whether a server refused a message for its size, which no retry makes smaller. */
export function isMessageTooLarge({ status, reason, details }: RpcError): boolean {
  if (reason === "message-too-large") return true;
  return status === GrpcStatus.RESOURCE_EXHAUSTED && MESSAGE_TOO_LARGE.test(details);
}

/**
 * INTERNAL means many things; these are broken HTTP/2 streams, as proxies and servers on their way down report them.
 * Failures of TLS read alike, but repeat.
 */
const BROKEN_STREAM = /RST_STREAM with code [02]\b|Call ended without gRPC status/i;

/**
 * Whether another attempt may succeed, by the official client's rules.
 *
 * @example
 * ```ts
 * isRetryableError(new RpcError({ status: GrpcStatus.UNAVAILABLE, details: "going down" })); // true
 * ```
 */
export function isRetryableError(error: RpcError): boolean {
  if (FINAL.has(error.reason)) return false;
  if (error.status === GrpcStatus.INTERNAL) {
    if (error.reason === "stream-reset") return error.http2ErrorCode === 0 || error.http2ErrorCode === 2;
    return BROKEN_STREAM.test(error.details) && !/SSL alert number/i.test(error.details);
  }
  if (error.status === GrpcStatus.RESOURCE_EXHAUSTED) return !isMessageTooLarge(error);
  // A page that is not gRPC but says 200 is a wrong address, not a passing fault.
  if (error.status === GrpcStatus.UNKNOWN) return error.reason !== "malformed-response";
  return RETRYABLE.has(error.status);
}

/**
 * An interceptor that makes failed calls again. Request ids are inside the encoded request, so every attempt bears
 * the same one. A call's deadline covers all attempts: when the next one could not begin before it, the last error is
 * thrown at once.
 *
 * @example
 * ```ts
 * makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 3 }));
 * ```
 */
export function makeGrpcRetryInterceptor(options: GrpcRetryOptions): UnaryInterceptor {
  return (call, next) => {
    const policy = call.retry ?? options;
    return policy === false ? next(call) : withRetry(call, policy, () => next(call));
  };
}

/**
 * Calls `attempt` until it succeeds, or `policy` or the call's deadline or signal ends it.
 *
 * @example
 * ```ts
 * await withRetry({ deadline: Date.now() + 10_000, signal: undefined }, defaultGrpcRetryOptions(), () => send(call));
 * ```
 */
export async function withRetry<T>(
  call: Pick<UnaryCall, "deadline" | "signal">,
  policy: GrpcRetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RpcError) || !policy.retryableDecider(made, error)) throw error;
      const delayMs = policy.delayFunction(made, error);
      const leftMs = remainingMs(call.deadline);
      if (leftMs !== undefined && leftMs <= delayMs) throw error;
      await pause(delayMs, call.signal);
    }
  }
}

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(
        new RpcError({
          status: GrpcStatus.CANCELLED,
          details: "the call was aborted by the caller between two attempts",
          reason: "aborted",
          cause: signal?.reason,
        }),
      );
    };
    const timer = setTimeout(() => {
      if (signal && listener) offAbort(signal, listener);
      resolve();
    }, delayMs);
    const listener = signal && !signal.aborted ? onAbort(signal, stop) : undefined;
    if (signal?.aborted) stop();
  });
}
