import type { Init } from "../../codec-runtime/init.ts";
import type { Duration } from "../../gen/codec/google/protobuf/duration.ts";
import type { RetryPolicy } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { RetryState, TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../../gen/codec/temporal/api/failure/v1/message.ts";
import { durationMs } from "../wire-time.ts";

/** What a retry is decided by. */
export interface RetryQuestion {
  /** With all defaults filled in; undefined: nothing is retried. */
  readonly policy: Init<RetryPolicy> | undefined;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** Undefined: a failure of which nothing is known, which is retried. */
  readonly failure: Init<Failure> | undefined;
  readonly nowMs: number;
  /** No attempt may start after this moment; undefined: no such moment. */
  readonly expirationMs: number | undefined;
}

/** Whether and when another attempt follows. `delayMs` counts only with IN_PROGRESS. */
export interface RetryDecision {
  readonly state: RetryState;
  readonly delayMs: number;
}

/**
 * Decides whether an attempt that failed is followed by another, in the real server's order: policy, kind of failure, number
 * of attempts, time left.
 *
 * @example
 * ```ts
 * const { state, delayMs } = decideRetry({ policy, attempt: 1, failure, nowMs, expirationMs: undefined });
 * ```
 */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { policy, attempt, failure, nowMs, expirationMs } = question;
  if (policy === undefined) return refused(RetryState.RETRY_POLICY_NOT_SET);
  if (isScheduleTimeout(failure)) return refused(RetryState.TIMEOUT);
  if (!isRetryable(failure, policy.nonRetryableErrorTypes ?? [])) {
    return refused(RetryState.NON_RETRYABLE_FAILURE);
  }
  const maximumAttempts = policy.maximumAttempts ?? 0;
  if (maximumAttempts > 0 && attempt >= maximumAttempts) return refused(RetryState.MAXIMUM_ATTEMPTS_REACHED);
  const delayMs = ownDelayMs(failure) ?? intervalMs(policy, attempt);
  if (expirationMs !== undefined && nowMs + delayMs > expirationMs) return refused(RetryState.TIMEOUT);
  return { state: RetryState.IN_PROGRESS, delayMs };
}

/** How long to wait after an attempt, by the policy alone. */
export function intervalMs(policy: Init<RetryPolicy>, attempt: number): number {
  const initialMs = durationMs(policy.initialInterval) ?? 0;
  const maximumMs = durationMs(policy.maximumInterval) || Number.POSITIVE_INFINITY;
  return Math.min(maximumMs, initialMs * (policy.backoffCoefficient || 1) ** (attempt - 1));
}

/** Before the name of a timeout in a list of error types that are not retried. */
const TIMEOUT_PREFIX = "TemporalTimeout:";

/** Names of the kinds of timeouts, as errors and policies have them. */
export const TIMEOUT_NAMES: ReadonlyMap<number, string> = new Map([
  [TimeoutType.START_TO_CLOSE, "StartToClose"],
  [TimeoutType.SCHEDULE_TO_START, "ScheduleToStart"],
  [TimeoutType.SCHEDULE_TO_CLOSE, "ScheduleToClose"],
  [TimeoutType.HEARTBEAT, "Heartbeat"],
]);

function refused(state: RetryState): RetryDecision {
  return { state, delayMs: 0 };
}

function timeoutType(failure: Init<Failure> | undefined): number | undefined {
  const info = failure?.failureInfo;
  return info?.case === "timeoutFailureInfo" ? (info.value.timeoutType ?? 0) : undefined;
}

function isScheduleTimeout(failure: Init<Failure> | undefined): boolean {
  const type = timeoutType(failure);
  return type === TimeoutType.SCHEDULE_TO_START || type === TimeoutType.SCHEDULE_TO_CLOSE;
}

function isRetryable(failure: Init<Failure> | undefined, neverTypes: readonly string[]): boolean {
  const info = failure?.failureInfo;
  switch (info?.case) {
    case "terminatedFailureInfo":
    case "canceledFailureInfo":
      return false;
    case "serverFailureInfo":
      return info.value.nonRetryable !== true;
    case "timeoutFailureInfo":
      return !neverTypes.includes(`${TIMEOUT_PREFIX}${TIMEOUT_NAMES.get(info.value.timeoutType ?? 0)}`);
    case "applicationFailureInfo":
      return info.value.nonRetryable !== true && !neverTypes.includes(info.value.type ?? "");
    default:
      return true;
  }
}

/** The delay that a failure asks for; it counts even beyond the policy's longest interval. */
function ownDelayMs(failure: Init<Failure> | undefined): number | undefined {
  const info = failure?.failureInfo;
  const delay: Init<Duration> | undefined =
    info?.case === "applicationFailureInfo" ? info.value.nextRetryDelay : undefined;
  return durationMs(delay);
}
