import { runInNewContext } from "node:vm";
import { HandlerError } from "nexus-rpc";
import { describe, expect, test } from "vitest";
import {
  ApplicationFailure,
  CancelledFailure,
  NexusHandlerError,
  type ProtoFailure,
} from "../../src/common/mod.ts";
import { DefaultFailureConverter, defaultPayloadConverter } from "../../src/converter/mod.ts";
import { cutoffStackTrace } from "../../src/converter/sync/stack-cutoff.ts";

const converter = new DefaultFailureConverter();
const toFailure = (error: unknown): ProtoFailure => converter.errorToFailure(error, defaultPayloadConverter);
const toError = (failure: ProtoFailure): Error => converter.failureToError(failure, defaultPayloadConverter);

describe("causes", () => {
  test("a chain that comes back to itself ends there", () => {
    const first = new Error("first");
    first.cause = new Error("second", { cause: first });
    const failure = toFailure(first);
    expect(failure.cause?.message).toBe("second");
    expect(failure.cause?.cause).toBeUndefined();
  });

  test("a chain without end is cut", () => {
    let error = new Error("0");
    for (let depth = 1; depth < 5000; depth++) error = new Error(String(depth), { cause: error });
    let length = 0;
    for (let failure: ProtoFailure | undefined = toFailure(error); failure; failure = failure.cause) length++;
    expect(length).toBe(30);
  });

  test("one failure does not limit the next", () => {
    const make = (): Error => new Error("a", { cause: new Error("b") });
    expect(toFailure(make()).cause?.message).toBe("b");
    expect(toFailure(make()).cause?.message).toBe("b");
  });
});

test("the delay until the next attempt and the category are read back", () => {
  const failure = toFailure(
    ApplicationFailure.create({ nextRetryDelay: "2s", category: "BENIGN", message: "m" }),
  );
  expect(toError(failure)).toMatchObject({ nextRetryDelay: 2000, category: "BENIGN", message: "m" });
});

test("a failure that came over the wire is sent again as it came", () => {
  const failure: ProtoFailure = {
    message: "from Go",
    source: "GoSDK",
    stackTrace: "goroutine 1",
    failureInfo: { case: "applicationFailureInfo", value: { type: "wrapError", nonRetryable: true } },
  };
  expect(toFailure(toError(failure))).toBe(failure);
});

test("with encoded attributes, a failure that came in the open is not sent so", () => {
  const encoding = new DefaultFailureConverter({ encodeCommonAttributes: true });
  const error = toError({ message: "secret", stackTrace: "secret stack", source: "GoSDK" });
  const failure = encoding.errorToFailure(error, defaultPayloadConverter);
  expect(failure.message).toBe("Encoded failure");
  expect(failure.stackTrace).toBe("");
  expect(toError(failure)).toMatchObject({ message: "secret", stack: "secret stack" });
});

test("a reset gives an application failure of type ResetWorkflow", () => {
  const error = toError({
    message: "reset",
    failureInfo: { case: "resetWorkflowFailureInfo", value: {} },
  });
  expect(error).toBeInstanceOf(ApplicationFailure);
  expect(error).toMatchObject({ type: "ResetWorkflow", details: [] });
});

test("details that cannot be converted are an error, not a lost failure", () => {
  expect(() => toFailure(new CancelledFailure("c", [1n]))).toThrow(/bigint/);
});

test("errors of another realm keep message, stack and cause", () => {
  const foreign: unknown = runInNewContext("new Error('outer', { cause: new TypeError('inner') })");
  expect(toFailure(foreign)).toMatchObject({ message: "outer", cause: { message: "inner" } });
});

describe("stacks", () => {
  test("end where the SDK called user code", () => {
    const stack = [
      "Error: x",
      "    at charge (pay.ts:1:1)",
      "    at perdureNext (file:///app/chunk.js:1:1)",
      "    at intercept (mine.ts:2:2)",
      "    at async perdureEntryActivity (file:///app/chunk.js:3:3)",
      "    at run (file:///app/chunk.js:4:4)",
    ].join("\n");
    expect(cutoffStackTrace(stack)).toBe(
      "Error: x\n    at charge (pay.ts:1:1)\n    at intercept (mine.ts:2:2)",
    );
  });

  test("end where a vm context was entered", () => {
    const stack =
      "Error: x\n    at f (w.ts:1:1)\n    at Script.runInContext (node:vm:148:12)\n    at g (e.js:1:1)";
    expect(cutoffStackTrace(stack)).toBe("Error: x\n    at f (w.ts:1:1)");
  });

  test("may be missing", () => {
    expect(cutoffStackTrace(undefined)).toBe("");
  });
});

describe("errors of Nexus handlers", () => {
  const nexusFailure = (type: string, retryBehavior = 0): ProtoFailure => ({
    message: "no such account",
    failureInfo: { case: "nexusHandlerFailureInfo", value: { type, retryBehavior } },
  });

  test("are read with their type, and go out as they came", () => {
    const failure = nexusFailure("NOT_FOUND");
    const error = toError(failure);
    expect(error).toBeInstanceOf(NexusHandlerError);
    expect(error).toMatchObject({ name: "HandlerError", type: "NOT_FOUND", retryable: false });
    expect(toFailure(error)).toMatchObject(failure);
  });

  test("of a type that is not known keep its name", () => {
    expect(toError(nexusFailure("TEAPOT", 2))).toMatchObject({
      type: "UNKNOWN",
      rawErrorType: "TEAPOT",
      retryable: false,
    });
  });

  test.each([
    [true, 1],
    [false, 2],
    [undefined, 0],
  ])("say whether to try again: %s", (retryableOverride, retryBehavior) => {
    const error = new NexusHandlerError("INTERNAL", "broke", { retryableOverride });
    expect(error.retryable).toBe(retryableOverride ?? true);
    expect(toFailure(error).failureInfo).toEqual({
      case: "nexusHandlerFailureInfo",
      value: { type: "INTERNAL", retryBehavior },
    });
  });

  test("count as those of the package nexus-rpc, and the other way round", () => {
    expect(new NexusHandlerError("CONFLICT")).toBeInstanceOf(HandlerError);
    expect(new HandlerError("CONFLICT", "busy")).toBeInstanceOf(NexusHandlerError);
    expect(toFailure(new HandlerError("CONFLICT", "busy"))).toMatchObject({
      message: "busy",
      failureInfo: { case: "nexusHandlerFailureInfo", value: { type: "CONFLICT" } },
    });
  });
});

describe("steps of a conversion that a subclass can replace", () => {
  class OrderError extends Error {}

  class OrderConverter extends DefaultFailureConverter {
    override errorToFailureInner(...given: Parameters<DefaultFailureConverter["errorToFailureInner"]>) {
      const failure = super.errorToFailureInner(...given);
      return given[0] instanceof OrderError ? { ...failure, source: "orders" } : failure;
    }

    override failureToErrorInner(...given: Parameters<DefaultFailureConverter["failureToErrorInner"]>) {
      const [{ source, message }] = given;
      return source === "orders" ? new OrderError(message ?? "") : super.failureToErrorInner(...given);
    }
  }

  test("for an error and for each of its causes; message and stack can still be encoded", () => {
    const orders = new OrderConverter({ encodeCommonAttributes: true });
    const outer = new Error("outer", { cause: new OrderError("no stock") });
    const failure = orders.errorToFailure(outer, defaultPayloadConverter);
    expect(failure).toMatchObject({
      message: "Encoded failure",
      cause: { source: "orders", stackTrace: "" },
    });
    const error = orders.failureToError(failure, defaultPayloadConverter);
    expect(error.cause).toBeInstanceOf(OrderError);
    expect(error.cause).toMatchObject({ message: "no stock", stack: expect.stringContaining("no stock") });
  });

  test("nothing gives nothing", () => {
    expect(converter.optionalErrorToOptionalFailure(undefined, defaultPayloadConverter)).toBeUndefined();
    expect(converter.optionalFailureToOptionalError(null, defaultPayloadConverter)).toBeUndefined();
    const failure = converter.optionalErrorToOptionalFailure(new Error("e"), defaultPayloadConverter);
    expect(failure).toMatchObject({ message: "e" });
    expect(converter.optionalFailureToOptionalError(failure, defaultPayloadConverter)).toMatchObject({
      message: "e",
    });
  });
});
