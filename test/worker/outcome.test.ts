import { describe, expect, test } from "vitest";
import { ActivityCancellationDetails } from "../../src/common/activity-cancellation-details.ts";
import { ApplicationFailure } from "../../src/common/application-failure.ts";
import { CancelledFailure } from "../../src/common/cancelled-failure.ts";
import { CompleteAsyncError } from "../../src/common/errors.ts";
import type { CancelReason } from "../../src/worker/activity/cancel-order.ts";
import { type CancelState, outcomeOf, type Settled } from "../../src/worker/activity/outcome.ts";

const free: CancelState = { reason: undefined, details: undefined };
const asked = (reason: CancelReason, details = {}): CancelState => ({
  reason,
  details: new ActivityCancellationDetails(details),
});
const threw = (error: unknown): Settled => ({ kind: "threw", error });
const returned: Settled = { kind: "returned", value: 7 };
const cancelled = threw(new CancelledFailure("CANCELLED"));
const abortError = threw(new DOMException("aborted", "AbortError"));

describe("outcome of an activity", () => {
  test("a value is a result, also after a cancellation that was ignored", () => {
    expect(outcomeOf(returned, free)).toEqual({ kind: "completed", result: 7 });
    expect(outcomeOf(returned, asked("CANCELLED", { cancelRequested: true }))).toEqual({
      kind: "completed",
      result: 7,
    });
  });

  test("an error is a failure with its type", () => {
    const outcome = outcomeOf(threw(new RangeError("too far")), free);
    expect(outcome).toMatchObject({ kind: "failed", failure: { message: "too far", type: "RangeError" } });
  });

  test("an ApplicationFailure is reported as it is", () => {
    const failure = ApplicationFailure.nonRetryable("no", "Fatal", 1);
    expect(outcomeOf(threw(failure), free)).toEqual({ kind: "failed", failure });
  });

  test.each([
    ["a CancelledFailure", cancelled],
    ["an AbortError", abortError],
  ])("%s counts as cancelled only when it was asked for", (_, settled) => {
    expect(outcomeOf(settled, free).kind).toBe("failed");
    expect(outcomeOf(settled, asked("CANCELLED", { cancelRequested: true })).kind).toBe("cancelled");
  });

  test("another error after a cancellation stays a failure", () => {
    expect(outcomeOf(threw(new Error("x")), asked("CANCELLED", { cancelRequested: true })).kind).toBe(
      "failed",
    );
  });

  test.each([
    ["WORKER_SHUTDOWN", { workerShutdown: true }, "WorkerShutdown"],
    ["PAUSED", { paused: true }, "ActivityPause"],
    ["RESET", { reset: true }, "ActivityReset"],
    ["RESET", { reset: true, paused: true }, "ActivityReset"],
  ] as const)("cancelled by %s with %o is a retryable failure %s", (reason, details, type) => {
    for (const settled of [cancelled, abortError]) {
      expect(outcomeOf(settled, asked(reason, details))).toMatchObject({
        kind: "failed",
        failure: { type, nonRetryable: false },
      });
    }
  });

  test("a cancellation asked for outweighs a pause", () => {
    expect(outcomeOf(cancelled, asked("CANCELLED", { cancelRequested: true, paused: true })).kind).toBe(
      "cancelled",
    );
  });

  test("details of a heartbeat that could not be converted fail the activity with that", () => {
    expect(outcomeOf(cancelled, asked("HEARTBEAT_DETAILS_CONVERSION_FAILED"))).toMatchObject({
      kind: "failed",
      failure: { type: "CancelledFailure", message: "HEARTBEAT_DETAILS_CONVERSION_FAILED" },
    });
  });

  test.each(["NOT_FOUND", "TIMED_OUT"] as const)("after %s nobody wants an answer", (reason) => {
    for (const settled of [returned, cancelled, threw(new Error("x"))]) {
      expect(outcomeOf(settled, asked(reason)).kind).toBe("unwanted");
    }
  });

  test("CompleteAsyncError leaves the answer to others", () => {
    expect(outcomeOf(threw(new CompleteAsyncError()), free).kind).toBe("completesAsync");
  });
});
