import type { Init } from "../../codec-runtime/init.ts";
import type { RetryPolicy } from "../../gen/codec/temporal/api/common/v1/message.ts";
import { TimeoutType } from "../../gen/codec/temporal/api/enums/v1/workflow.ts";
import { durationFault, durationMs, toDuration } from "../wire-time.ts";
import { TIMEOUT_NAMES } from "./retry-decision.ts";

const DEFAULT_INITIAL_MS = 1_000;
const DEFAULT_COEFFICIENT = 2;
const DEFAULT_MAXIMUM_FACTOR = 100;

/** The policy with the server's defaults for what it leaves open. */
export function fullRetryPolicy(policy: Init<RetryPolicy> | undefined): Init<RetryPolicy> {
  const initialMs = durationMs(policy?.initialInterval) || DEFAULT_INITIAL_MS;
  return {
    // As it came where it is set, so that what is wrong with it can be told.
    initialInterval: durationMs(policy?.initialInterval) ? policy?.initialInterval : toDuration(initialMs),
    backoffCoefficient: policy?.backoffCoefficient || DEFAULT_COEFFICIENT,
    maximumInterval: durationMs(policy?.maximumInterval)
      ? policy?.maximumInterval
      : toDuration(initialMs * DEFAULT_MAXIMUM_FACTOR),
    maximumAttempts: policy?.maximumAttempts ?? 0,
    nonRetryableErrorTypes: policy?.nonRetryableErrorTypes ?? [],
  };
}

/** What is wrong with a policy as {@link fullRetryPolicy} gives it, in the real server's words; undefined: nothing. */
export function retryPolicyFault(policy: Init<RetryPolicy>): string | undefined {
  const maximumAttempts = policy.maximumAttempts ?? 0;
  if (maximumAttempts === 1) return undefined;
  const initialFault = durationFault(policy.initialInterval);
  if (initialFault) return `invalid InitialInterval set on retry policy: ${initialFault}`;
  if ((policy.backoffCoefficient ?? 0) < 1)
    return "BackoffCoefficient cannot be less than 1 on retry policy.";
  const maximumFault = durationFault(policy.maximumInterval);
  if (maximumFault) return `invalid MaximumInterval set on retry policy: ${maximumFault}`;
  const maximumMs = durationMs(policy.maximumInterval) ?? 0;
  if (maximumMs > 0 && maximumMs < (durationMs(policy.initialInterval) ?? 0)) {
    return "MaximumInterval cannot be less than InitialInterval on retry policy.";
  }
  if (maximumAttempts < 0) return "MaximumAttempts cannot be negative on retry policy.";
  for (const type of policy.nonRetryableErrorTypes ?? []) {
    const name = type.startsWith("TemporalTimeout:") ? type.slice("TemporalTimeout:".length) : undefined;
    if (name !== undefined && !KNOWN_TIMEOUTS.has(name)) return `Invalid timeout type value: ${name}.`;
  }
  return undefined;
}

const KNOWN_TIMEOUTS: ReadonlySet<string> = new Set([
  ...TIMEOUT_NAMES.values(),
  ...Object.keys(TimeoutType).map((name) => `TIMEOUT_TYPE_${name}`),
]);
