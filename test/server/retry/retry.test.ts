import { describe, expect, test } from "vitest";
import type { Init } from "../../../src/codec-runtime/init.ts";
import { RetryState, TimeoutType } from "../../../src/gen/codec/temporal/api/enums/v1/workflow.ts";
import type { Failure } from "../../../src/gen/codec/temporal/api/failure/v1/message.ts";
import { decideRetry, intervalMs } from "../../../src/server/retry/retry-decision.ts";
import { fullRetryPolicy, retryPolicyFault } from "../../../src/server/retry/retry-policy.ts";
import { cutFailure, limitedFailure } from "../../../src/server/retry/truncated-failure.ts";

const seconds = (value: number): { readonly seconds: number } => ({ seconds: value });
const policy = fullRetryPolicy(undefined);

function application(value: {
  type?: string;
  nonRetryable?: boolean;
  nextRetryDelay?: object;
}): Init<Failure> {
  return { message: "m", failureInfo: { case: "applicationFailureInfo", value } };
}

function timeout(timeoutType: TimeoutType): Init<Failure> {
  return { failureInfo: { case: "timeoutFailureInfo", value: { timeoutType } } };
}

describe("whether another attempt follows", () => {
  const ask = (more: Partial<Parameters<typeof decideRetry>[0]>): ReturnType<typeof decideRetry> =>
    decideRetry({ policy, attempt: 1, failure: undefined, nowMs: 0, expirationMs: undefined, ...more });

  test("a failure of which nothing is known is retried after the first interval", () => {
    expect(ask({})).toEqual({ state: RetryState.IN_PROGRESS, delayMs: 1000 });
  });

  test("without a policy nothing is", () => {
    expect(ask({ policy: undefined }).state).toBe(RetryState.RETRY_POLICY_NOT_SET);
  });

  test.each([
    ["an application failure that says so", application({ nonRetryable: true })],
    ["a type of the list", application({ type: "Never" })],
    ["a cancellation", { failureInfo: { case: "canceledFailureInfo", value: {} } }],
    ["a termination", { failureInfo: { case: "terminatedFailureInfo", value: {} } }],
    [
      "a server failure that says so",
      { failureInfo: { case: "serverFailureInfo", value: { nonRetryable: true } } },
    ],
    ["a kind of timeout of the list", timeout(TimeoutType.HEARTBEAT)],
  ] satisfies [string, Init<Failure>][])("%s is not", (_what, failure) => {
    const listed = { ...policy, nonRetryableErrorTypes: ["Never", "TemporalTimeout:Heartbeat"] };
    expect(ask({ policy: listed, failure }).state).toBe(RetryState.NON_RETRYABLE_FAILURE);
  });

  test.each([
    ["start to close", TimeoutType.START_TO_CLOSE, RetryState.IN_PROGRESS],
    ["heartbeat", TimeoutType.HEARTBEAT, RetryState.IN_PROGRESS],
    ["schedule to start", TimeoutType.SCHEDULE_TO_START, RetryState.TIMEOUT],
    ["schedule to close", TimeoutType.SCHEDULE_TO_CLOSE, RetryState.TIMEOUT],
  ] as const)("a timeout of kind %s", (_what, type, state) => {
    expect(ask({ failure: timeout(type) }).state).toBe(state);
  });

  test("the last attempt is the last, whatever time is left", () => {
    const twice = { ...policy, maximumAttempts: 2 };
    expect(ask({ policy: twice, attempt: 2, expirationMs: 0 }).state).toBe(
      RetryState.MAXIMUM_ATTEMPTS_REACHED,
    );
    expect(ask({ policy: twice, attempt: 1 }).state).toBe(RetryState.IN_PROGRESS);
  });

  test("an attempt may start at the last moment, not after it", () => {
    expect(ask({ expirationMs: 1000 }).state).toBe(RetryState.IN_PROGRESS);
    expect(ask({ expirationMs: 999 }).state).toBe(RetryState.TIMEOUT);
  });

  test("a failure's own delay counts beyond the longest interval", () => {
    const failure = application({ nextRetryDelay: seconds(1000) });
    expect(ask({ failure }).delayMs).toBe(1_000_000);
  });

  test("intervals grow up to the longest", () => {
    const growing = { initialInterval: seconds(1), backoffCoefficient: 3, maximumInterval: seconds(10) };
    expect([1, 2, 3, 4, 400].map((attempt) => intervalMs(growing, attempt))).toEqual([
      1000, 3000, 9000, 10_000, 10_000,
    ]);
  });
});

describe("retry policies", () => {
  test("what is left open gets the server's defaults", () => {
    expect(fullRetryPolicy({ initialInterval: seconds(3) })).toEqual({
      initialInterval: { seconds: 3 },
      backoffCoefficient: 2,
      maximumInterval: { seconds: 300, nanos: 0 },
      maximumAttempts: 0,
      nonRetryableErrorTypes: [],
    });
  });

  test("with one attempt nothing else is looked at", () => {
    expect(retryPolicyFault({ maximumAttempts: 1, backoffCoefficient: 0.1 })).toBeUndefined();
    expect(retryPolicyFault({ ...policy, backoffCoefficient: 0.1 })).toMatch(/^BackoffCoefficient/);
  });
});

describe("failures that are too long", () => {
  const limits = { limitBytes: 1000, cutBytes: 1000, nonRetryable: false };

  test("a short one stays as it is", () => {
    const failure = application({});
    expect(limitedFailure(failure, limits)).toBe(failure);
    expect(limitedFailure(undefined, limits)).toBeUndefined();
  });

  test("a long one is the cause of the server's own", () => {
    const failure = { ...application({ type: "T" }), message: "m".repeat(2000) };
    const limited = limitedFailure(failure, limits);
    expect(limited?.message).toBe("Failure exceeds size limit.");
    expect(limited?.cause?.failureInfo).toEqual({ case: "applicationFailureInfo", value: { type: "T" } });
    // Eight bytes for the kind, five for its type.
    expect(limited?.cause?.message).toHaveLength(1000 - 8 - 5);
  });

  test("no character is cut in two", () => {
    expect(cutFailure({ message: "aé€😀" }, 9).message).toBe("aé€");
    expect(cutFailure({ message: "aé€😀" }, 10).message).toBe("aé€😀");
  });

  test("causes have what is left", () => {
    const failure = {
      message: "m".repeat(10),
      cause: { message: "c".repeat(100), cause: { message: "lost" } },
    };
    const cut = cutFailure(failure, 50);
    expect(cut.message).toHaveLength(10);
    expect(cut.cause?.message).toHaveLength(32);
    expect(cut.cause?.cause).toBeUndefined();
  });
});
