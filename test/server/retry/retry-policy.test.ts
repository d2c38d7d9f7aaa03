import { describe, expect, test } from "vitest";
import { RetryState, TimeoutType } from "../../../src/gen/codec/temporal/api/enums/v1/workflow.ts";
import { decideRetry, type RetryQuestion } from "../../../src/server/retry/retry-decision.ts";
import { fullRetryPolicy, retryPolicyFault } from "../../../src/server/retry/retry-policy.ts";

const seconds = (value: number): { seconds: number; nanos: number } => ({ seconds: value, nanos: 0 });

function decide(change: Partial<RetryQuestion>): ReturnType<typeof decideRetry> {
  return decideRetry({
    policy: fullRetryPolicy(undefined),
    attempt: 1,
    failure: undefined,
    nowMs: 0,
    expirationMs: undefined,
    ...change,
  });
}

const application = (type: string, more: object = {}): RetryQuestion["failure"] => ({
  failureInfo: { case: "applicationFailureInfo", value: { type, ...more } },
});
const timeout = (timeoutType: TimeoutType): RetryQuestion["failure"] => ({
  failureInfo: { case: "timeoutFailureInfo", value: { timeoutType } },
});

describe("the wait before the next attempt", () => {
  test("doubles from a second up to a hundred of them", () => {
    const waits = [1, 2, 3, 7, 8, 2_000].map((attempt) => decide({ attempt }).delayMs);
    expect(waits).toEqual([1_000, 2_000, 4_000, 64_000, 100_000, 100_000]);
  });

  test("is what the failure asks for, also beyond the longest interval", () => {
    const failure = application("x", { nextRetryDelay: seconds(500) });
    expect(decide({ failure })).toEqual({ state: RetryState.IN_PROGRESS, delayMs: 500_000 });
  });

  test("must end in time", () => {
    expect(decide({ nowMs: 5_000, expirationMs: 6_000 }).state).toBe(RetryState.IN_PROGRESS);
    expect(decide({ nowMs: 5_000, expirationMs: 5_999 }).state).toBe(RetryState.TIMEOUT);
  });
});

describe("what is not retried", () => {
  const policy = fullRetryPolicy({
    maximumAttempts: 3,
    nonRetryableErrorTypes: ["Fatal", "TemporalTimeout:Heartbeat"],
  });
  test.each([
    ["no policy", { policy: undefined }, RetryState.RETRY_POLICY_NOT_SET],
    ["a type in the list", { policy, failure: application("Fatal") }, RetryState.NON_RETRYABLE_FAILURE],
    [
      "a failure that says so",
      { failure: application("x", { nonRetryable: true }) },
      RetryState.NON_RETRYABLE_FAILURE,
    ],
    [
      "a timeout in the list",
      { policy, failure: timeout(TimeoutType.HEARTBEAT) },
      RetryState.NON_RETRYABLE_FAILURE,
    ],
    ["a timeout of the whole", { failure: timeout(TimeoutType.SCHEDULE_TO_CLOSE) }, RetryState.TIMEOUT],
    ["a timeout of waiting", { failure: timeout(TimeoutType.SCHEDULE_TO_START) }, RetryState.TIMEOUT],
    ["the last attempt", { policy, attempt: 3 }, RetryState.MAXIMUM_ATTEMPTS_REACHED],
    [
      "a bad type on the last attempt",
      { policy, attempt: 3, failure: application("Fatal") },
      RetryState.NON_RETRYABLE_FAILURE,
    ],
    [
      "the last attempt, too late",
      { policy, attempt: 3, expirationMs: -1 },
      RetryState.MAXIMUM_ATTEMPTS_REACHED,
    ],
  ] as const)("%s", (_, change, state) => {
    expect(decide(change).state).toBe(state);
  });

  test("other timeouts and types are", () => {
    for (const failure of [application("fatal"), timeout(TimeoutType.START_TO_CLOSE), undefined]) {
      expect(decide({ policy, failure }).state).toBe(RetryState.IN_PROGRESS);
    }
  });
});

/** As the real server (1.32.0) answered a start with each. */
describe("what is wrong with a policy, in the real server's words", () => {
  test.each([
    [{ initialInterval: seconds(-1) }, "invalid InitialInterval set on retry policy: negative duration"],
    [
      { initialInterval: { seconds: 0, nanos: -5 } },
      "invalid InitialInterval set on retry policy: negative duration",
    ],
    [
      { initialInterval: { seconds: 1, nanos: -5 } },
      "invalid InitialInterval set on retry policy: duration has seconds and nanos with different signs",
    ],
    [{ backoffCoefficient: -1 }, "BackoffCoefficient cannot be less than 1 on retry policy."],
    [{ backoffCoefficient: 0.5 }, "BackoffCoefficient cannot be less than 1 on retry policy."],
    [{ maximumInterval: seconds(-1) }, "invalid MaximumInterval set on retry policy: negative duration"],
    [
      { initialInterval: seconds(1), maximumInterval: seconds(-5), maximumAttempts: -1 },
      "invalid MaximumInterval set on retry policy: negative duration",
    ],
    [
      { initialInterval: seconds(10), maximumInterval: seconds(5) },
      "MaximumInterval cannot be less than InitialInterval on retry policy.",
    ],
    [
      { maximumInterval: { seconds: 0, nanos: 5_000_000 } },
      "MaximumInterval cannot be less than InitialInterval on retry policy.",
    ],
    [{ maximumAttempts: -1 }, "MaximumAttempts cannot be negative on retry policy."],
    [{ nonRetryableErrorTypes: ["TemporalTimeout:foo"] }, "Invalid timeout type value: foo."],
    [{ nonRetryableErrorTypes: ["TemporalTimeout:"] }, "Invalid timeout type value: ."],
    [
      { nonRetryableErrorTypes: ["TemporalTimeout:startToClose"] },
      "Invalid timeout type value: startToClose.",
    ],
    [
      { nonRetryableErrorTypes: ["TemporalTimeout:SCHEDULE_TO_START"] },
      "Invalid timeout type value: SCHEDULE_TO_START.",
    ],
    [{ nonRetryableErrorTypes: ["TemporalTimeout:Unspecified"] }, "Invalid timeout type value: Unspecified."],
  ])("%j", (policy, fault) => {
    expect(retryPolicyFault(fullRetryPolicy(policy))).toBe(fault);
  });

  test.each([
    {},
    { backoffCoefficient: 1 },
    { backoffCoefficient: Number.NaN },
    { nonRetryableErrorTypes: ["TemporalTimeout:StartToClose"] },
    { initialInterval: { seconds: 0, nanos: 2_000_000_000 } },
    { maximumAttempts: 1, initialInterval: seconds(-1), backoffCoefficient: -3 },
  ])("%j is well", (policy) => {
    expect(retryPolicyFault(fullRetryPolicy(policy))).toBeUndefined();
  });
});
