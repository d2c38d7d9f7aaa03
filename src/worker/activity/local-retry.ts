import type { ProtoFailure } from "../../common/failure.ts";
import type { RetryPolicyData } from "../../core/command.ts";

const DEFAULT_INITIAL_MS = 1000;
const DEFAULT_COEFFICIENT = 2;
const DEFAULT_MAXIMUM_FACTOR = 100;

/** What decides on another attempt. `failure` is that of the attempt with this number, from 1. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly failure: ProtoFailure;
}

/**
 * Milliseconds to wait before the next attempt; `undefined` when there is to be none. Names of error types are compared
 * without regard to case, as all SDKs do for local activities.
 *
 * @example
 * ```ts
 * retryDelayMs({ maximumAttempts: 3 }, { attempt: 2, failure }); // 2000
 * ```
 */
export function retryDelayMs(
  policy: RetryPolicyData | undefined,
  { attempt, failure }: FailedAttempt,
): number | undefined {
  const maximumAttempts = policy?.maximumAttempts ?? 0;
  if (maximumAttempts > 0 && attempt >= maximumAttempts) return undefined;
  const { failureInfo } = failure;
  const own = failureInfo?.case === "applicationFailureInfo" ? failureInfo.value : undefined;
  if (own?.nonRetryable === true) return undefined;
  const type = own?.type?.toLowerCase();
  if (type !== undefined && policy?.nonRetryableErrorTypes?.some((name) => name.toLowerCase() === type)) {
    return undefined;
  }
  const wanted = own?.nextRetryDelay;
  if (wanted !== undefined) return Number(wanted.seconds ?? 0) * 1000 + (wanted.nanos ?? 0) / 1_000_000;
  return backoffMs(policy, attempt);
}

function backoffMs(policy: RetryPolicyData | undefined, attempt: number): number {
  const initial = policy?.initialIntervalMs ?? DEFAULT_INITIAL_MS;
  const given = policy?.backoffCoefficient ?? DEFAULT_COEFFICIENT;
  const coefficient = given >= 1 ? given : DEFAULT_COEFFICIENT;
  const maximum = Math.max(policy?.maximumIntervalMs ?? initial * DEFAULT_MAXIMUM_FACTOR, initial);
  return Math.min(initial * coefficient ** (attempt - 1), maximum);
}
