import { type Duration, msOptionalToNumber, msToNumber } from "../common/duration.ts";
import { TimeoutFailure } from "../common/timeout-failure.ts";
import { showValue } from "../common/type-guards.ts";
import { CancellationScope } from "./cancellation-scope.ts";
import type { TimerOptions } from "./interceptors.ts";
import { patched } from "./patches.ts";
import { requireRun, requireWritableRun } from "./runtime/current.ts";
import { sleep } from "./timers.ts";

/**
 * Waits until `fn` returns true. It is called at once, then again after every change: each signal, each answer, each run
 * of the code that waits for them. It must be synchronous and change nothing.
 *
 * @throws {CancelledFailure} when the current scope is cancelled
 * @example
 * ```ts
 * await condition(() => approvals.length >= 2);
 * ```
 */
export function condition(fn: () => boolean): Promise<void>;
/**
 * Waits until `fn` returns true or the time is over. Resolves to false when it is over.
 *
 * @param timeout milliseconds, or text such as `"1 hour"`. 0 and below count as 1 ms.
 * @throws {CancelledFailure} when the current scope is cancelled
 * @throws {ValueError} when `timeout` is not a duration
 * @example
 * ```ts
 * const approved = await condition(() => isApproved, "7 days", { summary: "approval" });
 * ```
 */
export function condition(fn: () => boolean, timeout: Duration, options?: TimerOptions): Promise<boolean>;
export function condition(fn: () => boolean, timeout?: Duration, options?: TimerOptions): Promise<unknown> {
  requireWritableRun("condition");
  if (typeof fn !== "function") {
    throw new TypeError(`condition() takes a function that returns a boolean, got ${showValue(fn)}`);
  }
  // Before 1.5 of the official SDK, a timeout of 0 meant none: histories from then have no marker.
  const isUntimed = timeout === 0 && !patched(CONDITION_0_PATCH);
  return whenMetInTime(
    fn,
    isUntimed ? undefined : msOptionalToNumber(timeout, "timeout of condition()"),
    options,
  );
}

/** The name comes from the official SDK: histories hold it. */
const CONDITION_0_PATCH = "__sdk_internal_patch_number:1";

// The nesting of async functions here is the official SDK's: it decides how many ticks a condition takes (D2).
async function whenMetInTime(
  fn: () => boolean,
  timeoutMs?: number,
  options?: TimerOptions,
): Promise<unknown> {
  if (timeoutMs === undefined) return whenMet(fn);
  return CancellationScope.cancellable(async () => {
    try {
      return await Promise.race([sleep(timeoutMs, options).then(() => false), whenMet(fn).then(() => true)]);
    } finally {
      CancellationScope.current().cancel();
    }
  });
}

/** Options of {@link waitCondition}. */
export interface WaitConditionOptions {
  /** How long to wait. 0 and below: not at all. Default: without end. */
  timeout?: Duration | undefined;
  /** One line that says what the timer is for. */
  timeoutSummary?: string | undefined;
}

/**
 * As {@link condition}, but it throws when the time is over: the form of the Python SDK. With a timeout of 0 it throws
 * at once, without a timer, when `fn` does not hold.
 *
 * @throws {TimeoutFailure} when the time is over
 * @throws {CancelledFailure} when the current scope is cancelled
 * @example
 * ```ts
 * await waitCondition(() => isPaid, { timeout: "3 days" });
 * ```
 */
export async function waitCondition(fn: () => boolean, options: WaitConditionOptions = {}): Promise<void> {
  const { timeout, timeoutSummary } = options;
  if (timeout === undefined) {
    await condition(fn);
    return;
  }
  const timeoutMs = msToNumber(timeout, "timeout of waitCondition");
  const isMet = timeoutMs <= 0 ? fn() : await condition(fn, timeoutMs, { summary: timeoutSummary });
  if (!isMet) {
    throw new TimeoutFailure(`Condition did not hold within ${timeout}`, undefined, undefined);
  }
}

function whenMet(fn: () => boolean): Promise<void> {
  const run = requireRun();
  return new Promise<void>((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    const seq = run.nextSeqs.condition++;
    if (scope.cancellable) {
      scope.cancelRequested.catch((error: unknown) => {
        run.conditions.delete(seq);
        reject(error);
      });
    }
    if (fn()) {
      resolve();
      return;
    }
    run.conditions.set(seq, { predicate: fn, resolve });
  });
}
