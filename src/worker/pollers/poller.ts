// Invariants
// 1. A poll is made only while its slot is held; the slot goes to the task, or back when the poll was empty.
// 2. After `stop` no poll is begun. A task that arrives all the same is handed over.
// 3. A fatal error is reported once; the loops then end.
import { type Clock, sleepOn } from "../clock.ts";
import { isClosed, statusOf } from "../service.ts";
import type { SlotPermit, SlotSupplier } from "../slots/supplier.ts";
import { PollBackoff } from "./backoff.ts";
import type { RateLimit } from "./rate-limit.ts";

/** What a poller needs; `T` is the task it fetches. */
export interface PollerOptions<T> {
  /** For messages: `workflow task`, `activity task`. */
  readonly subject: string;
  /** How many polls may be under way at a time. */
  readonly maximum: number;
  /** One long poll; undefined when the server had nothing. */
  readonly poll: (signal: AbortSignal) => Promise<T | undefined>;
  readonly slots: SlotSupplier;
  /** Takes the task and its slot. */
  readonly accept: (task: T, permit: SlotPermit) => void;
  /** A poll failed in a way that no retry cures. */
  readonly onFatal: (error: unknown) => void;
  readonly clock: Clock;
  /** 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Asked before a slot is taken; `leave` is called when the poll has ended. */
  readonly gate?: { enter(signal: AbortSignal): Promise<boolean>; leave(): void } | undefined;
  readonly rateLimit?: RateLimit | undefined;
  /** A failed attempt that will be tried again. */
  readonly onRetry?: (error: unknown, delayMs: number) => void;
}

/** Keeps up to `maximum` long polls under way. */
export class Poller<T> {
  readonly #options: PollerOptions<T>;
  /** Aborted when no further poll may begin. */
  readonly #stopping = new AbortController();
  /** Aborted when polls under way are to be cut. */
  readonly #cutting = new AbortController();
  #loops: Promise<void>[] = [];
  #outstanding = 0;
  #failed = false;

  constructor(options: PollerOptions<T>) {
    this.#options = options;
  }

  /** Number of polls under way. */
  get outstanding(): number {
    return this.#outstanding;
  }

  get state(): "POLLING" | "SHUTDOWN" | "FAILED" {
    if (this.#failed) return "FAILED";
    return this.#stopping.signal.aborted ? "SHUTDOWN" : "POLLING";
  }

  start(): void {
    this.#loops = Array.from({ length: this.#options.maximum }, () => this.#loop());
  }

  /** Begins no further poll. With `cut`, polls under way are cancelled too; else the server must end them. */
  stop(cut: boolean): void {
    this.#stopping.abort();
    if (cut) this.#cutting.abort();
  }

  /** Resolves when no poll is under way any more. */
  async drained(): Promise<void> {
    await Promise.all(this.#loops);
  }

  async #loop(): Promise<void> {
    const { gate, rateLimit, slots } = this.#options;
    const signal = this.#stopping.signal;
    while (!signal.aborted) {
      if (gate !== undefined && !(await gate.enter(signal))) return;
      try {
        if (rateLimit !== undefined) await rateLimit.take(signal);
        const permit = await slots.reserve(signal);
        if (permit === undefined) return;
        await this.#pollWith(permit);
      } finally {
        gate?.leave();
      }
    }
  }

  async #pollWith(permit: SlotPermit): Promise<void> {
    const { clock, poll, accept } = this.#options;
    if (this.#stopping.signal.aborted) {
      permit.release();
      return;
    }
    const startedMs = clock.nowMs();
    let task: T | undefined;
    try {
      this.#outstanding += 1;
      try {
        task = await poll(this.#cutting.signal);
      } catch (error) {
        task = await this.#pollAgain(error, startedMs);
      } finally {
        this.#outstanding -= 1;
      }
    } catch (error) {
      permit.release();
      this.#fail(error);
      return;
    }
    if (task === undefined) permit.release();
    else accept(task, permit);
  }

  /** Tries again after `failure`, for as long as a retry may help; counted as one poll under way, but while it waits. */
  async #pollAgain(failure: unknown, startedMs: number): Promise<T | undefined> {
    const { clock, random, poll, onRetry } = this.#options;
    const backoff = new PollBackoff(startedMs, random);
    const stopping = this.#stopping.signal;
    for (let error = failure; !stopping.aborted; ) {
      const next = backoff.next(isClosed(error) ? undefined : statusOf(error), clock.nowMs());
      if (next.kind === "fatal") throw error;
      onRetry?.(error, next.delayMs);
      this.#outstanding -= 1;
      await sleepOn(clock, next.delayMs, stopping);
      this.#outstanding += 1;
      if (stopping.aborted) break;
      try {
        return await poll(this.#cutting.signal);
      } catch (again) {
        error = again;
      }
    }
    return undefined;
  }

  #fail(error: unknown): void {
    this.#stopping.abort();
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onFatal(error);
  }
}
