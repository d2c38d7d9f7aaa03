import { describe, expect, test } from "vitest";
import { ApplicationFailure, type Payload } from "../../src/common/mod.ts";
import { decodePayloads, encodePayloads } from "../../src/converter/codec-run.ts";
import {
  decodeFailure,
  decodeFromPayloadsAtIndex,
  decodeMapFromPayloads,
  decodeOptionalFailureToOptionalError,
  defaultDataConverter,
  encodeErrorToFailure,
  encodeMapToPayloads,
  encodeToPayloads,
  type LoadedDataConverter,
  loadDataConverter,
  type PayloadCodec,
} from "../../src/converter/mod.ts";

/** Adds a byte in front, so that the order of codecs can be seen. */
class MarkCodec implements PayloadCodec {
  readonly #mark: number;
  calls = 0;

  constructor(mark: number) {
    this.#mark = mark;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    this.calls++;
    return payloads.map((payload) => ({
      metadata: payload.metadata,
      data: new Uint8Array([this.#mark, ...(payload.data ?? [])]),
    }));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map(({ metadata, data }) => {
      if (data?.[0] !== this.#mark) throw new Error(`expected mark ${this.#mark}`);
      return { metadata, data: data.subarray(1) };
    });
  }
}

const withCodecs = (...payloadCodecs: PayloadCodec[]): LoadedDataConverter => ({
  ...defaultDataConverter,
  payloadCodecs,
});

describe("codecs", () => {
  test("encode in order and decode in reverse", async () => {
    const converter = withCodecs(new MarkCodec(1), new MarkCodec(2));
    const payloads = await encodeToPayloads(converter, "x");
    expect(payloads?.[0]?.data?.subarray(0, 2)).toEqual(new Uint8Array([2, 1]));
    expect(await decodeFromPayloadsAtIndex(converter, 0, payloads)).toBe("x");
  });

  test("get all values of a record in one call", async () => {
    const codec = new MarkCodec(1);
    const converter = withCodecs(codec);
    const payloads = await encodeMapToPayloads(converter, { a: 1, b: 2 });
    expect(codec.calls).toBe(1);
    expect(await decodeMapFromPayloads(converter, payloads)).toEqual({ a: 1, b: 2 });
  });

  test("get all payloads of a failure and its causes in one call, and the failure is not changed", async () => {
    const codec = new MarkCodec(1);
    const converter = withCodecs(codec);
    const cause = ApplicationFailure.create({ message: "inner", details: ["i"] });
    const error = ApplicationFailure.create({ message: "outer", details: ["o", 2], cause });
    const failure = await encodeErrorToFailure(converter, error);
    expect(codec.calls).toBe(1);
    const before = structuredClone(failure);
    const read = await decodeOptionalFailureToOptionalError(converter, failure);
    expect(failure).toEqual(before);
    expect(read).toMatchObject({ details: ["o", 2], cause: { details: ["i"] } });
    expect(await decodeOptionalFailureToOptionalError(converter, failure)).toMatchObject({
      details: ["o", 2],
    });
  });

  test("a failure without payloads is left as it is", async () => {
    const codec = new MarkCodec(1);
    const failure = { message: "plain" };
    expect(await decodeFailure([codec], failure)).toBe(failure);
  });

  test("must return as many payloads as they get", async () => {
    const greedy: PayloadCodec = { encode: async () => [], decode: async (payloads) => payloads };
    await expect(encodeToPayloads(withCodecs(greedy), 1, 2)).rejects.toThrow(
      /given 2 payloads to encode and returned 0/,
    );
  });

  test.each([null, undefined, "text"])("must return payloads: %s is none", async (wrong) => {
    const given = [{ data: new Uint8Array(1) }];
    // As code without types would have it.
    const back = [wrong] as unknown as Payload[];
    const broken: PayloadCodec = { encode: async () => back, decode: async () => back };
    await expect(decodePayloads([broken], given)).rejects.toThrow(
      `A payload codec that was to decode 1 payloads returned ${wrong} as payload 0; each must be an object`,
    );
    await expect(encodePayloads([broken], given)).rejects.toThrow(/to encode 1 payloads/);
  });
});

describe("loading a data converter", () => {
  test("fills in the defaults at once", () => {
    expect(loadDataConverter({})).toEqual(defaultDataConverter);
  });

  test("imports converters by path", async () => {
    const path = new URL("own-converters.ts", import.meta.url);
    const loaded = await loadDataConverter({
      payloadConverterPath: path.pathname,
      failureConverterPath: path.href,
    });
    expect(loaded.payloadConverter.fromPayload(loaded.payloadConverter.toPayload("x"))).toBe("own x");
    expect(loaded.failureConverter.errorToFailure(new Error("e"), loaded.payloadConverter).source).toBe(
      "own",
    );
  });

  test("names what is wrong", async () => {
    expect(() => loadDataConverter({ payloadConverterPath: "./relative.js" })).toThrow(
      /payloadConverterPath is "\.\/relative\.js"; it must be an absolute path or a URL/,
    );
    expect(() => loadDataConverter({ payloadCodecs: [{} as PayloadCodec] })).toThrow(
      /payloadCodecs\[0\] is object/,
    );
    expect(() => loadDataConverter({ payloadCodecs: new MarkCodec(1) as unknown as PayloadCodec[] })).toThrow(
      /payloadCodecs is .* must be an array/,
    );
    expect(() =>
      loadDataConverter({
        payloadConverter: defaultDataConverter.payloadConverter,
        payloadConverterPath: "/x",
      }),
    ).toThrow(/both payloadConverter and payloadConverterPath/);
    const noExport = new URL("utf8.test.ts", import.meta.url).href.replace("utf8.test", "no-converters");
    await expect(loadDataConverter({ payloadConverterPath: noExport })).rejects.toThrow(
      /The export payloadConverter of .* is missing/,
    );
  });
});
