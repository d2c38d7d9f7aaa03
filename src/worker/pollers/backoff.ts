import { GrpcStatus } from "../../platform/rpc-port.ts";

const INITIAL_MS = 200;
const MAX_MS = 10_000;
const THROTTLE_INITIAL_MS = 1000;
const JITTER = 0.2;
/** How long a poll call goes on trying in spite of an error that a retry does not usually cure. */
const TOLERANCE_MS = 60_000;

const RETRYABLE: ReadonlySet<number> = new Set([
  GrpcStatus.CANCELLED,
  GrpcStatus.UNKNOWN,
  GrpcStatus.DEADLINE_EXCEEDED,
  GrpcStatus.RESOURCE_EXHAUSTED,
  GrpcStatus.ABORTED,
  GrpcStatus.OUT_OF_RANGE,
  GrpcStatus.INTERNAL,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.DATA_LOSS,
]);

/** What to do after a poll failed. */
export type PollFailure = { readonly kind: "retry"; readonly delayMs: number } | { readonly kind: "fatal" };

/** Delays between the attempts of one poll call; a fresh one for each call. */
export class PollBackoff {
  readonly #startedMs: number;
  readonly #random: () => number;
  #attempt = 0;
  #throttled = 0;

  constructor(startedMs: number, random: () => number) {
    this.#startedMs = startedMs;
    this.#random = random;
  }

  /** What to do after an attempt ended with `status` (undefined: not a gRPC error). */
  next(status: number | undefined, nowMs: number): PollFailure {
    this.#attempt += 1;
    if (status === undefined || !RETRYABLE.has(status)) {
      if (status === undefined || nowMs - this.#startedMs >= TOLERANCE_MS) return { kind: "fatal" };
      return { kind: "retry", delayMs: MAX_MS };
    }
    let delayMs = Math.min(MAX_MS, INITIAL_MS * 2 ** (this.#attempt - 1));
    delayMs *= 1 + JITTER * (2 * this.#random() - 1);
    if (status === GrpcStatus.RESOURCE_EXHAUSTED) {
      delayMs = Math.max(delayMs, Math.min(MAX_MS, THROTTLE_INITIAL_MS * 2 ** this.#throttled));
      this.#throttled += 1;
    }
    return { kind: "retry", delayMs };
  }
}
