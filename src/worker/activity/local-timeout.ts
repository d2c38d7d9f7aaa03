import type { Info } from "../../activity/info.ts";
import type { Clock } from "../clock.ts";
import type { CancelOrder } from "./cancel-order.ts";

/** How much later than the server the worker gives an attempt up. */
const BUFFER_MS = 5000;

/**
 * Gives an attempt up when the server must have done so: after the start-to-close timeout, or the heartbeat timeout if that
 * is shorter (then each accepted heartbeat starts it anew).
 */
export class LocalTimeout {
  readonly #clock: Clock;
  readonly #onExpired: (order: CancelOrder) => void;
  readonly #delayMs: number;
  readonly #renewable: boolean;
  #timer: { clear(): void } | undefined;

  constructor(info: Info, clock: Clock, onExpired: (order: CancelOrder) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
    const heartbeatMs = info.heartbeatTimeoutMs || Number.POSITIVE_INFINITY;
    const startToCloseMs = info.startToCloseTimeoutMs || Number.POSITIVE_INFINITY;
    this.#renewable = heartbeatMs < startToCloseMs;
    this.#delayMs = Math.min(heartbeatMs, startToCloseMs) + BUFFER_MS;
    this.#start();
  }

  /** A heartbeat was accepted. */
  renew(): void {
    if (!this.#renewable || this.#timer === undefined) return;
    this.#timer.clear();
    this.#start();
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #start(): void {
    if (this.#delayMs > LONGEST_TIMER_MS) return;
    this.#timer = this.#clock.setTimer(
      () => {
        this.#timer = undefined;
        this.#onExpired({ reason: "TIMED_OUT", details: { timedOut: true, notFound: true } });
      },
      this.#delayMs,
      { unref: true },
    );
  }
}

/** Timers of the runtimes take 31 bits; such a long attempt is left to the server. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
