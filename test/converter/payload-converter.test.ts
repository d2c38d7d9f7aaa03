import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { PayloadConverterError, ValueError } from "../../src/common/mod.ts";
import {
  arrayFromPayloads,
  CompositePayloadConverter,
  defaultPayloadConverter,
  fromPayloadsAtIndex,
  JsonPayloadConverter,
  mapFromPayloads,
  mapToPayloads,
  type PayloadConverterWithEncoding,
  RawValue,
  toPayloads,
} from "../../src/converter/mod.ts";

const encoding = (name: string): Record<string, Uint8Array> => ({ encoding: new TextEncoder().encode(name) });

describe("what cannot be converted is named", () => {
  const cycle: Record<string, unknown> = { a: {} };
  cycle["a"] = { b: [cycle] };
  const throwing = {
    toJSON: () => {
      throw new Error("no JSON");
    },
  };
  const cases: [string, unknown, RegExp][] = [
    ["a BigInt", 1n, /Argument 2 of 2 \(bigint\).*JSON has no BigInt/],
    ["a function", function pay() {}, /Argument 2 of 2 \(function "pay"\).*functions and symbols/],
    ["a symbol", Symbol("s"), /Argument 2 of 2 \(symbol\)/],
    ["a cycle", cycle, /Argument 2 of 2 \(object\).*refers to itself at 'a\.b\[0\]'/],
    ["a BigInt inside", { total: [{ amount: 1n }] }, /holds a BigInt at 'total\[0\]\.amount'/],
    ["a toJSON that throws", throwing, /reading it at its top threw: no JSON/],
  ];
  for (const [name, value, message] of cases) {
    test(name, () => {
      expect(() => toPayloads(defaultPayloadConverter, "fine", value)).toThrow(message);
      expect(() => toPayloads(defaultPayloadConverter, "fine", value)).toThrow(PayloadConverterError);
      expect(() => toPayloads(defaultPayloadConverter, "fine", value)).toThrow(ValueError);
    });
  }

  test("in a record, by its key", () => {
    expect(() => mapToPayloads(defaultPayloadConverter, { fine: 1, wrong: 1n })).toThrow(
      /'wrong' \(bigint\)/,
    );
  });
});

describe("what cannot be read is named", () => {
  test("no metadata", () => {
    expect(() => defaultPayloadConverter.fromPayload({})).toThrow(/Missing payload metadata/);
  });

  test("an encoding that nobody reads", () => {
    const payload = { metadata: encoding("binary/encrypted"), data: new Uint8Array(1) };
    expect(() => defaultPayloadConverter.fromPayload(payload)).toThrow(
      /Unknown encoding: binary\/encrypted\. Known are binary\/null, binary\/plain, json\/plain/,
    );
  });

  test("JSON that is none", () => {
    const payload = { metadata: encoding("json/plain"), data: new TextEncoder().encode("{oops") };
    expect(() => defaultPayloadConverter.fromPayload(payload)).toThrow(PayloadConverterError);
  });
});

test("no values give no payloads, and missing payloads give undefined", () => {
  expect(toPayloads(defaultPayloadConverter)).toBeUndefined();
  const payloads = toPayloads(defaultPayloadConverter, "a");
  expect(fromPayloadsAtIndex(defaultPayloadConverter, 0, payloads)).toBe("a");
  expect(fromPayloadsAtIndex(defaultPayloadConverter, 1, payloads)).toBeUndefined();
  expect(fromPayloadsAtIndex(defaultPayloadConverter, 0, undefined)).toBeUndefined();
  expect(arrayFromPayloads(defaultPayloadConverter, undefined)).toEqual([]);
  expect(mapFromPayloads(defaultPayloadConverter, undefined)).toBeUndefined();
});

test("keys such as __proto__ are keys like others", () => {
  const map = JSON.parse('{"__proto__": 1, "a": 2}') as Record<string, number>;
  const payloads = mapToPayloads(defaultPayloadConverter, map);
  expect(Object.entries(mapFromPayloads(defaultPayloadConverter, payloads) ?? {})).toEqual([
    ["__proto__", 1],
    ["a", 2],
  ]);
});

test("bytes of another realm count as bytes", () => {
  const foreign: unknown = runInNewContext("new Uint8Array([1, 2])");
  const payload = defaultPayloadConverter.toPayload(foreign);
  expect(payload.metadata).toEqual(encoding("binary/plain"));
  const read = defaultPayloadConverter.fromPayload(payload);
  expect(read).toBeInstanceOf(Uint8Array);
  expect(read).toEqual(new Uint8Array([1, 2]));
});

test("RawValue passes by converters", () => {
  const payload = { metadata: encoding("my/own"), data: new Uint8Array([9]) };
  expect(toPayloads(defaultPayloadConverter, RawValue.fromPayload(payload))).toEqual([payload]);
  expect(new RawValue({ a: 1 }).payload).toEqual(defaultPayloadConverter.toPayload({ a: 1 }));
});

test("an own converter takes the values that it knows, and reads its own encoding", () => {
  const big: PayloadConverterWithEncoding = {
    encodingType: "text/bigint",
    toPayload: (value) =>
      typeof value === "bigint"
        ? { metadata: encoding("text/bigint"), data: new TextEncoder().encode(String(value)) }
        : undefined,
    fromPayload: <T>(payload: { data?: Uint8Array | undefined }): T =>
      BigInt(new TextDecoder().decode(payload.data)) as T,
  };
  const converter = new CompositePayloadConverter(big, new JsonPayloadConverter());
  const payloads = toPayloads(converter, 12n, "text");
  expect(arrayFromPayloads(converter, payloads)).toEqual([12n, "text"]);
  expect(() => converter.toPayload(undefined)).toThrow(/Unable to convert an undefined/);
});
