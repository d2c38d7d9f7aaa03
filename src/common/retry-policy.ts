import type { Init } from "../codec-runtime/init.ts";
import type { RetryPolicy as ProtoRetryPolicy } from "../gen/codec/temporal/api/common/v1/message.ts";
import { type Duration, msNumberToTs, msOptionalToNumber, msToNumber, optionalTsToMs } from "./duration.ts";
import { ValueError } from "./errors.ts";
import { showValue } from "./type-guards.ts";

/** How a workflow or an activity is tried again after a failure. */
export interface RetryPolicy {
  /** Each interval is the one before times this. At least 1; default 2. */
  backoffCoefficient?: number | undefined;
  /** Wait before the second attempt. More than 0; default 1 second. */
  initialInterval?: Duration | undefined;
  /** How many attempts in all; 1 means no retries. A positive integer; default and `Infinity`: no limit. */
  maximumAttempts?: number | undefined;
  /** Longest wait between attempts. At least `initialInterval`; default 100 times that. */
  maximumInterval?: Duration | undefined;
  /** Types of application failures that are not retried. Compared exactly. */
  nonRetryableErrorTypes?: string[] | undefined;
}

/** A checked retry policy with its times in milliseconds. Absent fields are left to the server. */
export interface RetryPolicyMs {
  readonly initialIntervalMs: number;
  readonly backoffCoefficient?: number | undefined;
  readonly maximumIntervalMs?: number | undefined;
  /** 0 or absent: no limit. */
  readonly maximumAttempts?: number | undefined;
  readonly nonRetryableErrorTypes?: readonly string[] | undefined;
}

function reject(path: string, value: unknown, allowed: string): never {
  throw new ValueError(`${path} is ${showValue(value)}; ${allowed}`);
}

function checkAttempts(attempts: number | undefined, name: string): number | undefined {
  if (attempts === undefined || attempts === null || attempts === Number.POSITIVE_INFINITY) return undefined;
  if (!Number.isInteger(attempts) || attempts <= 0 || attempts > 0x7fffffff) {
    reject(`${name}.maximumAttempts`, attempts, "it must be a positive integer (leave it out for no limit)");
  }
  return attempts;
}

/**
 * Checks a retry policy and brings its times to milliseconds.
 *
 * @param name the option it was given as, for errors
 * @throws {ValueError} naming the field, its value and what is allowed
 * @example
 * ```ts
 * checkRetryPolicy({ initialInterval: "2s" }).initialIntervalMs; // 2000
 * ```
 */
export function checkRetryPolicy(policy: RetryPolicy, name = "RetryPolicy"): RetryPolicyMs {
  if (typeof policy !== "object" || policy === null || Array.isArray(policy))
    reject(name, policy, "it must be an object");
  const { backoffCoefficient, nonRetryableErrorTypes } = policy;
  if (backoffCoefficient !== undefined && !(Number.isFinite(backoffCoefficient) && backoffCoefficient >= 1)) {
    reject(`${name}.backoffCoefficient`, backoffCoefficient, "it must be a finite number of at least 1");
  }
  const maximumAttempts = checkAttempts(policy.maximumAttempts, name);
  const initialIntervalMs = msToNumber(policy.initialInterval ?? 1000, `${name}.initialInterval`);
  if (initialIntervalMs <= 0) {
    reject(`${name}.initialInterval`, policy.initialInterval, "it must be longer than 0");
  }
  const maximumIntervalMs = msOptionalToNumber(policy.maximumInterval, `${name}.maximumInterval`);
  if (maximumIntervalMs !== undefined && !(maximumIntervalMs > 0 && maximumIntervalMs >= initialIntervalMs)) {
    reject(
      `${name}.maximumInterval`,
      policy.maximumInterval,
      `it must be longer than 0 and not shorter than initialInterval (${initialIntervalMs} ms)`,
    );
  }
  if (nonRetryableErrorTypes !== undefined && !isTextList(nonRetryableErrorTypes)) {
    reject(`${name}.nonRetryableErrorTypes`, nonRetryableErrorTypes, "it must be an array of strings");
  }
  return {
    initialIntervalMs,
    backoffCoefficient,
    maximumIntervalMs,
    maximumAttempts,
    nonRetryableErrorTypes,
  };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/**
 * Checks a retry policy and turns it into its protobuf form.
 *
 * @throws {ValueError} as {@link checkRetryPolicy}
 * @example
 * ```ts
 * compileRetryPolicy({ maximumAttempts: 3 });
 * ```
 */
export function compileRetryPolicy(policy: RetryPolicy, name?: string): Init<ProtoRetryPolicy> {
  const checked = checkRetryPolicy(policy, name);
  return {
    initialInterval: msNumberToTs(checked.initialIntervalMs),
    maximumInterval:
      checked.maximumIntervalMs === undefined ? undefined : msNumberToTs(checked.maximumIntervalMs),
    backoffCoefficient: checked.backoffCoefficient,
    maximumAttempts: checked.maximumAttempts,
    nonRetryableErrorTypes: checked.nonRetryableErrorTypes,
  };
}

/**
 * Turns the protobuf form into a retry policy; absent stays undefined.
 *
 * @example
 * ```ts
 * decompileRetryPolicy(attributes.retryPolicy)?.maximumAttempts;
 * ```
 */
export function decompileRetryPolicy(policy?: Init<ProtoRetryPolicy> | null): RetryPolicy | undefined {
  if (policy === undefined || policy === null) return undefined;
  return {
    backoffCoefficient: policy.backoffCoefficient,
    maximumAttempts: policy.maximumAttempts,
    maximumInterval: optionalTsToMs(policy.maximumInterval),
    initialInterval: optionalTsToMs(policy.initialInterval),
    nonRetryableErrorTypes: policy.nonRetryableErrorTypes && [...policy.nonRetryableErrorTypes],
  };
}
