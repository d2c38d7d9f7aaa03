import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  createPayloadValidationError,
  ensureApplicationFailure,
  ensureTemporalFailure,
  IllegalStateError,
  isCancellation,
  PayloadConverterError,
  rootCause,
  TemporalFailure,
  TerminatedFailure,
  ValueError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from "../../src/common/mod.ts";

describe("instanceof", () => {
  test("holds for subclasses, and not the other way", () => {
    const failure = ApplicationFailure.nonRetryable("x");
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toBeInstanceOf(TemporalFailure);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(CancelledFailure);
    expect(new TemporalFailure("x")).not.toBeInstanceOf(ApplicationFailure);
    expect(new PayloadConverterError("x")).toBeInstanceOf(ValueError);
    expect(new ValueError("x")).not.toBeInstanceOf(PayloadConverterError);
  });

  test("holds across realms and across copies of the package", () => {
    const foreign: unknown = runInNewContext(`
      class CancelledFailure extends Error {}
      for (const name of ["TemporalFailure", "CancelledFailure"])
        Object.defineProperty(CancelledFailure.prototype, Symbol.for("__temporal_is" + name), { value: true });
      new CancelledFailure("from elsewhere")
    `);
    expect(foreign).not.toBeInstanceOf(Error);
    expect(foreign).toBeInstanceOf(CancelledFailure);
    expect(foreign).toBeInstanceOf(TemporalFailure);
    expect(foreign).not.toBeInstanceOf(TerminatedFailure);
    expect(isCancellation(foreign)).toBe(true);
  });

  test("of a user's own subclass means that subclass alone", () => {
    class OutOfStock extends ApplicationFailure {}
    expect(new OutOfStock("x")).toBeInstanceOf(OutOfStock);
    expect(new OutOfStock("x")).toBeInstanceOf(ApplicationFailure);
    expect(new ApplicationFailure("x")).not.toBeInstanceOf(OutOfStock);
    expect(undefined as unknown).not.toBeInstanceOf(OutOfStock);
  });
});

test("every error has its name and a literal code", () => {
  const errors = [
    new ValueError("x"),
    new PayloadConverterError("x"),
    new IllegalStateError("x"),
    new WorkflowNotFoundError("x", "w", undefined),
    new WorkflowExecutionAlreadyStartedError("x", "w", "t", "r"),
    ApplicationFailure.create({}),
    new CancelledFailure("x"),
  ];
  expect(errors.map(({ name, code }) => [name, code])).toEqual([
    ["ValueError", "VALUE"],
    ["PayloadConverterError", "PAYLOAD_CONVERTER"],
    ["IllegalStateError", "ILLEGAL_STATE"],
    ["WorkflowNotFoundError", "WORKFLOW_NOT_FOUND"],
    ["WorkflowExecutionAlreadyStartedError", "WORKFLOW_ALREADY_STARTED"],
    ["ApplicationFailure", "APPLICATION_FAILURE"],
    ["CancelledFailure", "CANCELLED_FAILURE"],
  ]);
  errors[0]!.name = "Mine";
  expect(errors[0]!.name).toBe("Mine");
});

describe("ApplicationFailure", () => {
  test("create is retryable unless told otherwise", () => {
    expect(ApplicationFailure.create({ message: "m" })).toMatchObject({ message: "m", nonRetryable: false });
  });

  test("retryable and nonRetryable take details, and the type Error by default", () => {
    expect(ApplicationFailure.retryable("m", undefined, 1, 2)).toMatchObject({
      type: "Error",
      nonRetryable: false,
      details: [1, 2],
    });
    expect(ApplicationFailure.nonRetryable("m", "T")).toMatchObject({ type: "T", nonRetryable: true });
  });

  test("fromError keeps the error's class, message, stack and cause, and overrides what it is told", () => {
    class CardError extends Error {}
    const error = new CardError("declined", { cause: new Error("bank") });
    const failure = ApplicationFailure.fromError(error, { nonRetryable: true, details: ["visa"] });
    expect(failure).toMatchObject({
      message: "declined",
      type: "CardError",
      stack: error.stack,
      cause: { message: "bank" },
      nonRetryable: true,
      details: ["visa"],
    });
  });

  test("ensureApplicationFailure takes anything thrown", () => {
    const failure = ApplicationFailure.create({});
    expect(ensureApplicationFailure(failure)).toBe(failure);
    expect(ensureApplicationFailure("text")).toMatchObject({ message: "text", stack: "" });
    expect(ensureApplicationFailure(null)).toMatchObject({ message: "null" });
    const cancelled = new CancelledFailure("c");
    expect(ensureTemporalFailure(cancelled)).toBe(cancelled);
    expect(ensureTemporalFailure(new Error("e"))).toBeInstanceOf(ApplicationFailure);
  });
});

describe("causes", () => {
  const cancelled = new CancelledFailure("stop");
  const activity = (cause: Error): ActivityFailure =>
    new ActivityFailure("m", "t", "1", undefined, undefined, cause);

  test("rootCause is the message at the end of the chain", () => {
    const inner = ApplicationFailure.create({ message: "declined" });
    expect(rootCause(new ChildWorkflowFailure(undefined, {}, "t", undefined, activity(inner)))).toBe(
      "declined",
    );
    expect(rootCause(new Error("plain", { cause: inner }))).toBe("plain");
    expect(rootCause(7)).toBeUndefined();
  });

  test("rootCause ends on a chain that comes back to itself", () => {
    const loop = new ApplicationFailure("loop");
    Object.assign(loop, { cause: loop });
    expect(rootCause(loop)).toBe("loop");
  });

  test("isCancellation looks one cause deep", () => {
    expect(isCancellation(cancelled)).toBe(true);
    expect(isCancellation(activity(cancelled))).toBe(true);
    expect(isCancellation(activity(activity(cancelled)))).toBe(false);
    expect(isCancellation(new Error("x", { cause: cancelled }))).toBe(false);
  });
});

test("a payload that is understood but invalid fails for good, with what was found", () => {
  const failure = createPayloadValidationError({ field: "amount" });
  expect(failure).toMatchObject({ type: "PayloadValidationError", nonRetryable: true });
  expect(failure.details).toEqual([{ field: "amount" }]);
  expect(createPayloadValidationError(null).details).toEqual([]);
});
