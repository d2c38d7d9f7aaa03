import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  defineSearchAttributeKey,
  type SearchAttributeUpdatePair,
  ServerFailure,
  TemporalFailure,
  TerminatedFailure,
  TimeoutFailure,
} from "../../src/common/mod.ts";
import {
  DefaultFailureConverter,
  decodeTypedSearchAttributes,
  defaultPayloadConverter,
  encodeUnifiedSearchAttributes,
} from "../../src/converter/mod.ts";
import { decodePayload, encodePayload } from "../../src/gen/codec/temporal/api/common/v1/message.ts";
import { decodeFailure, encodeFailure } from "../../src/gen/codec/temporal/api/failure/v1/message.ts";

type Table = Record<string, string>;
interface Golden {
  readonly payloads: Table;
  readonly failures: Table;
  readonly encodedFailures: Table;
  readonly thrown: Table;
  readonly searchAttributes: Table;
}

// Recorded from the official SDK by `record-golden.mjs`.
const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8")) as Golden;
const bytesOf = (base64: string | undefined): Uint8Array =>
  new Uint8Array(Buffer.from(base64 ?? "", "base64"));
const converter = new DefaultFailureConverter();

const withStack = <E extends Error>(error: E): E => {
  error.stack = `${error.name}: ${error.message}\n    at user (file.ts:1:1)`;
  return error;
};

const values: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  text: "häßlich 🎉",
  number: 1.5,
  object: { a: [1, null, "x"], b: { c: true } },
  bytes: new Uint8Array([0, 1, 255]),
  emptyBytes: new Uint8Array(0),
  emptyText: "",
};

describe("payloads are those of the official SDK", () => {
  for (const [name, value] of Object.entries(values)) {
    test(name, () => {
      const bytes = bytesOf(golden.payloads[name]);
      expect(encodePayload(defaultPayloadConverter.toPayload(value))).toEqual(bytes);
      expect(defaultPayloadConverter.fromPayload(decodePayload(bytes))).toEqual(value);
    });
  }

  test("a Date, which comes back as text", () => {
    const bytes = bytesOf(golden.payloads["date"]);
    expect(encodePayload(defaultPayloadConverter.toPayload(new Date(0)))).toEqual(bytes);
    expect(defaultPayloadConverter.fromPayload(decodePayload(bytes))).toBe("1970-01-01T00:00:00.000Z");
  });
});

const application = withStack(
  ApplicationFailure.create({
    message: "app",
    type: "Kind",
    nonRetryable: true,
    details: ["d", 2],
    nextRetryDelay: "1.5s",
    category: "BENIGN",
    cause: withStack(new Error("inner")),
  }),
);

const errors: Record<string, Error> = {
  plainError: withStack(new TypeError("plain")),
  application,
  applicationBare: withStack(ApplicationFailure.retryable("bare")),
  cancelled: withStack(new CancelledFailure("gone", ["why"])),
  terminated: withStack(new TerminatedFailure("killed")),
  timeout: withStack(new TimeoutFailure("late", { step: 3 }, "HEARTBEAT")),
  timeoutBare: withStack(new TimeoutFailure("late", undefined, "START_TO_CLOSE")),
  server: withStack(new ServerFailure("server", true)),
  activity: withStack(
    new ActivityFailure(
      "act",
      "charge",
      "7",
      "MAXIMUM_ATTEMPTS_REACHED",
      "me@host",
      withStack(ApplicationFailure.nonRetryable("no", "T")),
    ),
  ),
  child: withStack(
    new ChildWorkflowFailure(
      "default",
      { workflowId: "w", runId: "r" },
      "childType",
      "RETRY_POLICY_NOT_SET",
      withStack(new CancelledFailure("c")),
    ),
  ),
  temporal: withStack(new TemporalFailure("base")),
};

describe("failures are those of the official SDK", () => {
  for (const [name, error] of Object.entries(errors)) {
    test(name, () => {
      const bytes = bytesOf(golden.failures[name]);
      const failure = converter.errorToFailure(error, defaultPayloadConverter);
      expect(decodeFailure(encodeFailure(failure))).toEqual(decodeFailure(bytes));
    });

    test(`${name}, read and sent again`, () => {
      const bytes = bytesOf(golden.failures[name]);
      const read = converter.failureToError(decodeFailure(bytes), defaultPayloadConverter);
      const failure = converter.errorToFailure(read, defaultPayloadConverter);
      expect(encodeFailure(failure)).toEqual(encodeFailure(decodeFailure(bytes)));
      expect(read.stack).toBe(error.stack);
      expect(read.message).toBe(error.message);
    });
  }

  const thrown: Record<string, unknown> = { text: "oops", object: { a: 1 }, number: 7, null: null };
  for (const [name, value] of Object.entries(thrown)) {
    test(`thrown ${name}`, () => {
      const failure = converter.errorToFailure(value, defaultPayloadConverter);
      expect(encodeFailure(failure)).toEqual(bytesOf(golden.thrown[name]));
    });
  }

  test("with encoded attributes, both ways", () => {
    const bytes = bytesOf(golden.encodedFailures["application"]);
    const encoding = new DefaultFailureConverter({ encodeCommonAttributes: true });
    const failure = encoding.errorToFailure(application, defaultPayloadConverter);
    expect(decodeFailure(encodeFailure(failure))).toEqual(decodeFailure(bytes));
    const read = converter.failureToError(decodeFailure(bytes), defaultPayloadConverter);
    expect(read.message).toBe("app");
    expect(read.cause).toMatchObject({ message: "inner" });
    expect(read.stack).toBe(application.stack);
  });
});

describe("search attributes are those of the official SDK", () => {
  const updates: Record<string, SearchAttributeUpdatePair> = {
    TEXT: { key: defineSearchAttributeKey("k", "TEXT"), value: "t" },
    KEYWORD: { key: defineSearchAttributeKey("k", "KEYWORD"), value: "k" },
    INT: { key: defineSearchAttributeKey("k", "INT"), value: 5 },
    DOUBLE: { key: defineSearchAttributeKey("k", "DOUBLE"), value: 1.25 },
    BOOL: { key: defineSearchAttributeKey("k", "BOOL"), value: true },
    DATETIME: { key: defineSearchAttributeKey("k", "DATETIME"), value: new Date(86_400_000) },
    KEYWORD_LIST: { key: defineSearchAttributeKey("k", "KEYWORD_LIST"), value: ["a", "b"] },
  };
  for (const [type, pair] of Object.entries(updates)) {
    test(type, () => {
      const bytes = bytesOf(golden.searchAttributes[type]);
      const { k } = encodeUnifiedSearchAttributes(undefined, [pair]);
      expect(decodePayload(encodePayload(k!))).toEqual(decodePayload(bytes));
      expect(decodeTypedSearchAttributes({ k: decodePayload(bytes) }).getAll()).toEqual([pair]);
    });
  }

  test("one that is unset", () => {
    const { k } = encodeUnifiedSearchAttributes(undefined, [
      { key: defineSearchAttributeKey("k", "INT"), value: null },
    ]);
    expect(encodePayload(k!)).toEqual(bytesOf(golden.searchAttributes["unset"]));
  });

  test("the untyped form", () => {
    const text = encodeUnifiedSearchAttributes({ k: ["a", "b"] });
    expect(encodePayload(text["k"]!)).toEqual(bytesOf(golden.searchAttributes["untypedText"]));
    const date = encodeUnifiedSearchAttributes({ k: [new Date(0)] });
    expect(encodePayload(date["k"]!)).toEqual(bytesOf(golden.searchAttributes["untypedDate"]));
  });
});
