import {
  CompositePayloadConverter,
  defaultPayloadConverter,
  fromPayloadWithTypeInfo,
  JsonPayloadConverter,
  type PayloadConverterWithEncoding,
  RawValue,
  rawValueTypeInfo,
  type TypeInfo,
  toPayloadWithTypeInfo,
} from "perdure/converter";
import { describe, expect, test } from "vitest";
import { defineQuery, defineSignal, defineUpdate } from "../../src/common/definitions.ts";
import { ownTypeInfo } from "../../src/common/type-info.ts";
import { extractWorkflowTypeAndConfig } from "../../src/common/workflow-name.ts";
import { defineWorkflowOptions } from "../../src/workflow/workflow-options.ts";

class Celsius {
  readonly degrees: number;

  constructor(degrees: number) {
    this.degrees = degrees;
  }
}

const celsius: TypeInfo<Celsius, number> = {
  transferTypeConverter: {
    toTransferType: ({ degrees }) => degrees,
    fromTransferType: (degrees) => new Celsius(degrees),
  },
};

/** JSON under another encoding, and only for values with the hint `marked`. */
class MarkedConverter implements PayloadConverterWithEncoding {
  readonly encodingType = "json/marked";
  readonly #json = new JsonPayloadConverter();
  readonly hints: unknown[] = [];

  toPayload: PayloadConverterWithEncoding["toPayload"] = (value, _context, hint) => {
    this.hints.push(hint);
    const payload = this.#json.toPayload(value);
    return payload && { ...payload, metadata: { encoding: new TextEncoder().encode("json/marked") } };
  };

  fromPayload: PayloadConverterWithEncoding["fromPayload"] = (payload) =>
    this.#json.fromPayload({ ...payload, metadata: { encoding: new TextEncoder().encode("json/plain") } });

  validateConverterHint = ({ converter }: { readonly converter: string }): boolean => converter === "marked";
}

const text = new TextDecoder();

describe("a transfer converter", () => {
  test("comes before the payload converter on the way out, and after it on the way in", () => {
    const payload = toPayloadWithTypeInfo(defaultPayloadConverter, new Celsius(21), undefined, celsius);
    expect(text.decode(payload.data)).toBe("21");
    const back = fromPayloadWithTypeInfo(defaultPayloadConverter, payload, undefined, celsius);
    expect(back).toBeInstanceOf(Celsius);
    expect(back).toEqual(new Celsius(21));
  });

  test("nothing changes without type information", () => {
    const payload = toPayloadWithTypeInfo(defaultPayloadConverter, { a: 1 }, undefined, undefined);
    expect(payload).toEqual(defaultPayloadConverter.toPayload({ a: 1 }));
    expect(fromPayloadWithTypeInfo(defaultPayloadConverter, payload, undefined, undefined)).toEqual({ a: 1 });
  });
});

describe("a converter hint", () => {
  const marked = new MarkedConverter();
  const composite = new CompositePayloadConverter(new JsonPayloadConverter(), marked);
  const hint = { converter: "marked" };

  test("leads to the converter that takes it, past those that would convert the value", () => {
    const payload = toPayloadWithTypeInfo(composite, 1, undefined, { payloadConverterHint: hint });
    expect(text.decode(payload.metadata?.["encoding"])).toBe("json/marked");
    expect(marked.hints).toEqual([hint]);
    expect(fromPayloadWithTypeInfo(composite, payload, undefined, { payloadConverterHint: hint })).toBe(1);
  });

  test("that no converter takes is an error which names it", () => {
    const unknown = { payloadConverterHint: { converter: "avro" } };
    expect(() => toPayloadWithTypeInfo(composite, 1, undefined, unknown)).toThrow(
      "no payload converter takes the hint 'avro'",
    );
  });

  test("that the payload's converter does not take is an error which names both", () => {
    const plain = composite.toPayload(1);
    expect(() =>
      fromPayloadWithTypeInfo(composite, plain, undefined, { payloadConverterHint: hint }),
    ).toThrow("encoded as 'json/plain', whose converter does not take the hint 'marked'");
  });
});

describe("rawValueTypeInfo", () => {
  const payload = { metadata: { encoding: new TextEncoder().encode("x-own") }, data: Uint8Array.of(1, 2) };

  test("lets payloads pass by the converter both ways", () => {
    const raw = fromPayloadWithTypeInfo(defaultPayloadConverter, payload, undefined, rawValueTypeInfo);
    expect(raw).toBeInstanceOf(RawValue);
    expect(toPayloadWithTypeInfo(defaultPayloadConverter, raw, undefined, rawValueTypeInfo)).toBe(payload);
  });

  test("refuses what is no RawValue", () => {
    const wrong = 5 as unknown as RawValue;
    expect(() => toPayloadWithTypeInfo(defaultPayloadConverter, wrong, undefined, rawValueTypeInfo)).toThrow(
      "rawValueTypeInfo is for a RawValue, which 5 is not",
    );
  });
});

describe("definitions", () => {
  const typeInfo = { inputTypes: [celsius], outputType: celsius };

  test("keep their type information, and have no such member without", () => {
    expect(defineSignal("heat", { typeInfo: { inputTypes: [celsius] } }).typeInfo?.inputTypes).toEqual([
      celsius,
    ]);
    expect(defineQuery("now", { typeInfo }).typeInfo).toBe(typeInfo);
    expect(defineUpdate("set", { typeInfo }).typeInfo).toBe(typeInfo);
    expect(defineUpdate("set")).toEqual({ type: "update", name: "set" });
  });

  test("a call beside a definition may not bring its own", () => {
    expect(() => ownTypeInfo(defineQuery("now", { typeInfo }), typeInfo)).toThrow(
      "typeInfo is given for the query 'now' beside its definition",
    );
  });

  test("workflow functions say theirs by defineWorkflowOptions; names take that of the call", () => {
    async function heating(): Promise<void> {}
    expect(extractWorkflowTypeAndConfig(heating)).toEqual({ type: "heating", typeInfo: undefined });
    defineWorkflowOptions(heating, { staticOptions: { typeInfo } });
    expect(extractWorkflowTypeAndConfig(heating)).toEqual({ type: "heating", typeInfo });
    expect(extractWorkflowTypeAndConfig("heating", typeInfo)).toEqual({ type: "heating", typeInfo });
    expect(() => extractWorkflowTypeAndConfig(heating, typeInfo)).toThrow(
      "typeInfo is given for the workflow function 'heating', which has its own",
    );
  });
});
