// Invariants
// 1. At most one heartbeat of an activity is under way.
// 2. From the start of one send to the start of the next passes at least the throttle interval, except for the last one,
//    sent by `close(true)`.
// 3. Only the newest details wait; older ones that were not sent are forgotten.
// 4. After `close` nothing is sent.
import type { Payload } from "../../common/payload.ts";
import { GrpcStatus } from "../../platform/rpc-port.ts";
import type { Clock } from "../clock.ts";
import { type HeartbeatAnswer, statusOf } from "../service.ts";
import type { CancelOrder } from "./cancel-order.ts";

/** What the heartbeats of one activity need. */
export interface HeartbeatsOptions {
  readonly throttleMs: number;
  readonly clock: Clock;
  readonly encode: (details: unknown) => Promise<Payload>;
  readonly send: (details: Payload) => Promise<HeartbeatAnswer>;
  /** The server wants the activity to stop. */
  readonly onCancel: (order: CancelOrder) => void;
  /** A heartbeat was accepted. */
  readonly onReported: () => void;
  /** The details could not be converted; the activity is to be cancelled. */
  readonly onConversionError: (error: unknown) => void;
  /** A heartbeat could not be delivered. */
  readonly onSendError: (error: unknown) => void;
}

/**
 * Milliseconds between two heartbeats.
 *
 * @example
 * ```ts
 * throttleInterval(10_000, { defaultMs: 30_000, maxMs: 60_000 }); // 8000
 * ```
 */
export function throttleInterval(
  heartbeatTimeoutMs: number | undefined,
  limits: { readonly defaultMs: number; readonly maxMs: number },
): number {
  const wanted =
    heartbeatTimeoutMs === undefined || heartbeatTimeoutMs === 0
      ? limits.defaultMs
      : heartbeatTimeoutMs * 0.8;
  return Math.min(wanted, limits.maxMs);
}

/** Sends the heartbeats of one activity attempt. */
export class Heartbeats {
  readonly #options: HeartbeatsOptions;
  #pending: { readonly details: unknown } | undefined;
  #sending: Promise<void> | undefined;
  #timer: { clear(): void } | undefined;
  #closed = false;
  #used = false;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  /** Whether any heartbeat was recorded. */
  get used(): boolean {
    return this.#used;
  }

  /** Takes a heartbeat: it goes at once, or when the interval since the last one has passed. */
  record(details: unknown): void {
    if (this.#closed) return;
    this.#used = true;
    this.#pending = { details };
    if (this.#timer === undefined && this.#sending === undefined) this.#start();
  }

  /** Ends the heartbeats. With `flush`, details that still wait are sent first. */
  async close(flush: boolean): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.clear();
    this.#timer = undefined;
    const last = this.#pending;
    this.#pending = undefined;
    if (!flush) return;
    await this.#sending;
    if (last !== undefined) await this.#send(last.details);
  }

  #start(): void {
    const next = this.#pending;
    if (next === undefined) return;
    this.#pending = undefined;
    const { clock, throttleMs } = this.#options;
    this.#timer = clock.setTimer(() => {
      this.#timer = undefined;
      if (this.#sending === undefined && !this.#closed) this.#start();
    }, throttleMs);
    this.#sending = this.#send(next.details).finally(() => {
      this.#sending = undefined;
      if (this.#timer === undefined && !this.#closed) this.#start();
    });
  }

  async #send(details: unknown): Promise<void> {
    const { encode, send, onCancel, onReported, onConversionError, onSendError } = this.#options;
    let payload: Payload;
    try {
      payload = await encode(details);
    } catch (error) {
      onConversionError(error);
      return;
    }
    try {
      const answer = await send(payload);
      onReported();
      const order = orderOf(answer);
      if (order !== undefined) onCancel(order);
    } catch (error) {
      if (statusOf(error) === GrpcStatus.NOT_FOUND)
        onCancel({ reason: "NOT_FOUND", details: { notFound: true } });
      else onSendError(error);
    }
  }
}

function orderOf(answer: HeartbeatAnswer): CancelOrder | undefined {
  const details = {
    cancelRequested: answer.cancelRequested,
    paused: answer.activityPaused,
    reset: answer.activityReset,
  };
  if (answer.cancelRequested) return { reason: "CANCELLED", details };
  if (answer.activityReset) return { reason: "RESET", details };
  if (answer.activityPaused) return { reason: "PAUSED", details };
  return undefined;
}
