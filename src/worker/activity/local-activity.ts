// Invariants
// 1. `done` is called exactly once, unless `forget` came first; what the function still does after it is nobody's business.
// 2. A slot is held only while an attempt counts: from its start to its end, its timeout or `forget`.
// 3. Only one timer of each kind runs; all are cleared when it is over.
import { optionalTsToMs } from "../../common/duration.ts";
import type { ProtoFailure } from "../../common/failure.ts";
import type {
  LocalActivityEnd,
  LocalActivityResult,
  ScheduleLocalActivity,
} from "../../core/local-activity-jobs.ts";
import { TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Clock } from "../clock.ts";
import type { SlotPermit, SlotSupplier } from "../slots/supplier.ts";
import type { CancelOrder } from "./cancel-order.ts";
import { retryDelayMs } from "./local-retry.ts";

/** One attempt under way. */
export interface LocalAttempt {
  cancel(order: CancelOrder): void;
  /** How it ended; `undefined` when it stopped only because the worker shuts down. Never rejects. */
  readonly end: Promise<LocalActivityEnd | undefined>;
}

/** How a local activity is over for the worker. */
export type LocalEnding =
  | { readonly kind: "result"; readonly result: LocalActivityResult }
  /** Stopped by the shutdown of the worker: another worker is to run it. */
  | { readonly kind: "interrupted" };

/** What a local activity needs. */
export interface LocalActivityInit {
  readonly command: ScheduleLocalActivity;
  readonly clock: Clock;
  readonly slots: SlotSupplier;
  readonly begin: (attempt: number, scheduledMs: number) => LocalAttempt;
  readonly done: (ending: LocalEnding) => void;
}

type CloseKind = "SCHEDULE_TO_START" | "SCHEDULE_TO_CLOSE" | "START_TO_CLOSE";

const DEFAULT_THRESHOLD_MS = 60_000;

/** One local activity with all its attempts between two entries in history. */
export class LocalActivity {
  readonly #init: LocalActivityInit;
  readonly #scheduledMs: number;
  readonly #waiting = new AbortController();
  #attempt: number;
  /** Attempts that failed in the workflow task that is open, and are repeated in place. */
  #repeated = 0;
  #firstTaskEnded = false;
  #over = false;
  #shutdown = false;
  #running:
    | { readonly attempt: LocalAttempt; readonly permit: SlotPermit; readonly startedMs: number }
    | undefined;
  #backoff: { clear(): void } | undefined;
  #closeTimer: { clear(): void } | undefined;
  #attemptTimer: { clear(): void } | undefined;

  constructor(init: LocalActivityInit) {
    this.#init = init;
    this.#scheduledMs = init.clock.nowMs();
    this.#attempt = Math.max(1, init.command.attempt);
  }

  /** Whether an attempt is under way. */
  get running(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Attempts of the open workflow task that are repeated in place; those of the task that it was called in count as its first
   * one for the server, which bills the others.
   */
  get repeatedAttempts(): number {
    return this.#firstTaskEnded ? this.#repeated : 0;
  }

  /** The workflow task was answered, and this goes on in the next. */
  taskAnswered(): void {
    this.#firstTaskEnded = true;
    this.#repeated = 0;
  }

  /** Begins; the end may come at once. */
  start(): void {
    const { command, clock } = this.#init;
    const { scheduleToCloseTimeoutMs: total, originalScheduleTime } = command;
    if (total !== undefined) {
      const passed = clock.nowMs() - (optionalTsToMs(originalScheduleTime) ?? this.#scheduledMs);
      const left = total - Math.max(0, passed);
      if (left <= 0) {
        this.#end(timeout("SCHEDULE_TO_CLOSE"), 0);
        return;
      }
      this.#closeTimer = this.#timer(left, () => this.#timeOut("SCHEDULE_TO_CLOSE"));
    }
    void this.#run();
  }

  /** The workflow wants it to stop. One that does not run ends at once. */
  cancel(): void {
    if (this.#over) return;
    if (this.#running !== undefined) {
      this.#running.attempt.cancel({ reason: "CANCELLED", details: { cancelRequested: true } });
    } else {
      this.#end({ kind: "cancelled", failure: CANCELLED }, 0);
    }
  }

  /** The worker shuts down: an attempt is cancelled, and none begins any more after a failure. */
  shutDown(): void {
    if (this.#over) return;
    this.#shutdown = true;
    if (this.#running !== undefined) this.#cancelForShutdown(this.#running.attempt);
    else if (this.#backoff !== undefined) this.#interrupt();
  }

  /** Nobody waits for it any more. */
  forget(): void {
    if (this.#over) return;
    this.#close();
    this.#running?.attempt.cancel({ reason: "CANCELLED", details: { cancelRequested: true } });
    this.#running = undefined;
  }

  async #run(): Promise<void> {
    const { slots, clock, begin, command } = this.#init;
    const permit = slots.tryReserve() ?? (await slots.reserve(this.#waiting.signal));
    if (permit === undefined) return;
    if (this.#over) {
      permit.release();
      return;
    }
    const startedMs = clock.nowMs();
    if (this.#isLate(startedMs)) {
      permit.release();
      this.#end(timeout("SCHEDULE_TO_START"), startedMs - this.#scheduledMs);
      return;
    }
    const attempt = begin(this.#attempt, this.#scheduledMs);
    const running = { attempt, permit, startedMs };
    this.#running = running;
    const limit = shorter(command.startToCloseTimeoutMs, command.scheduleToCloseTimeoutMs);
    if (command.startToCloseTimeoutMs !== undefined && limit !== undefined) {
      this.#attemptTimer = this.#timer(limit, () => this.#timeOut("START_TO_CLOSE"));
    }
    if (this.#shutdown) this.#cancelForShutdown(attempt);
    const end = await attempt.end;
    if (this.#running !== running) return;
    this.#afterAttempt(end, clock.nowMs() - startedMs);
  }

  /** Decided when there is a slot, as all SDKs do, so that the order in history is that of slots. */
  #isLate(startedMs: number): boolean {
    const { scheduleToStartTimeoutMs, scheduleToCloseTimeoutMs, attempt } = this.#init.command;
    if (scheduleToStartTimeoutMs === undefined || this.#attempt > Math.max(1, attempt)) return false;
    const limit = shorter(scheduleToStartTimeoutMs, scheduleToCloseTimeoutMs) ?? 0;
    return startedMs - this.#scheduledMs > limit;
  }

  #cancelForShutdown(attempt: LocalAttempt): void {
    attempt.cancel({ reason: "WORKER_SHUTDOWN", details: { workerShutdown: true } });
  }

  /** The attempt counts no more: it ended, or took too long. */
  #afterAttempt(end: LocalActivityEnd | undefined, runtimeMs: number): void {
    this.#attemptTimer?.clear();
    this.#attemptTimer = undefined;
    this.#running?.permit.release();
    this.#running = undefined;
    if (end === undefined) {
      this.#interrupt();
      return;
    }
    const delayMs = this.#retryDelay(end);
    const { localRetryThresholdMs = DEFAULT_THRESHOLD_MS } = this.#init.command;
    if (delayMs === undefined || delayMs > localRetryThresholdMs) this.#end(end, runtimeMs, delayMs);
    else if (this.#shutdown) this.#interrupt();
    else {
      this.#repeated += 1;
      this.#backoff = this.#timer(delayMs, () => {
        this.#backoff = undefined;
        this.#attempt += 1;
        void this.#run();
      });
    }
  }

  #retryDelay(end: LocalActivityEnd): number | undefined {
    if (end.kind !== "failed" && !(end.kind === "timedOut" && isStartToClose(end.failure))) return undefined;
    return retryDelayMs(this.#init.command.retryPolicy, { attempt: this.#attempt, failure: end.failure });
  }

  #timeOut(kind: CloseKind): void {
    const runtimeMs = this.#init.clock.nowMs() - (this.#running?.startedMs ?? this.#scheduledMs);
    this.#running?.attempt.cancel({ reason: "TIMED_OUT", details: { timedOut: true } });
    const end = timeout(kind);
    if (kind === "START_TO_CLOSE") this.#afterAttempt(end, runtimeMs);
    else this.#end(end, runtimeMs);
  }

  #end(end: LocalActivityEnd, runtimeMs: number, backoffMs?: number): void {
    const { seq } = this.#init.command;
    const result: LocalActivityResult = { seq, end, attempt: this.#attempt, runtimeMs, backoffMs };
    this.#close();
    this.#running = undefined;
    this.#init.done({ kind: "result", result });
  }

  #interrupt(): void {
    this.#close();
    this.#init.done({ kind: "interrupted" });
  }

  #close(): void {
    this.#over = true;
    this.#waiting.abort();
    this.#running?.permit.release();
    for (const timer of [this.#backoff, this.#closeTimer, this.#attemptTimer]) timer?.clear();
  }

  #timer(ms: number, then: () => void): { clear(): void } | undefined {
    return ms > LONGEST_TIMER_MS ? undefined : this.#init.clock.setTimer(then, ms);
  }
}

const CANCELLED: ProtoFailure = {
  message: "Activity cancelled",
  failureInfo: { case: "canceledFailureInfo", value: {} },
};

/** Timers of the runtimes take 31 bits; a workflow that waits longer is not waited for. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function shorter(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function timeout(kind: CloseKind): LocalActivityEnd {
  const failure: ProtoFailure = {
    message: "Activity timed out",
    failureInfo: { case: "timeoutFailureInfo", value: { timeoutType: TimeoutType[kind] } },
  };
  return { kind: "timedOut", failure };
}

function isStartToClose({ failureInfo }: ProtoFailure): boolean {
  return (
    failureInfo?.case === "timeoutFailureInfo" && failureInfo.value.timeoutType === TimeoutType.START_TO_CLOSE
  );
}
