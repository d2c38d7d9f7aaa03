// Our JSON against protobuf-es, for every message of the services, and the spellings that Temporal's tools write.
import {
  create,
  createRegistry,
  fromBinary,
  fromJson,
  ScalarType,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../src/codec-runtime/codec-error.ts";
import type { JsonValue } from "../../src/codec-runtime/json.ts";
import { anyTypes } from "../../src/gen/codec/any-types.ts";
import { plain, randomFrom, randomMessage, same, seedOf } from "./random.ts";
import { type Entry, registry } from "./registry.ts";

const ROUNDS = 6;
const messages = createRegistry(...[...registry.values()].map(({ desc }) => desc));

function entry(typeName: string): Entry {
  return registry.get(typeName)!;
}

/** The quick comparison first: `toEqual` takes most of the time of ten thousands of comparisons. */
function expectSame(ours: unknown, theirs: unknown): void {
  if (!same(ours, theirs)) expect(plain(ours)).toEqual(plain(theirs));
}

describe("JSON of every message equals protobuf-es's", () => {
  test.each([...registry.keys()])("%s", (typeName) => {
    const { desc, toJson: ours, fromJson: read, decode } = entry(typeName);
    const random = randomFrom(seedOf(typeName) ^ 1);
    for (let round = 0; round < ROUNDS; round++) {
      const init = round === 0 ? {} : randomMessage(desc, random, { json: true });
      const theirs = create(desc, init);
      // FieldMask, Timestamp and Duration give strings, wrappers bare values.
      const json = toJson(desc, theirs);
      expectSame(ours(init), json);
      expectSame(ours(theirs), json);
      const decoded = decode(toBinary(desc, fromJson(desc, json)));
      expectSame(read(json), decoded);
      expectSame(fromJson(desc, ours(decoded)), decoded);
      // All the other ways in which the same message may be written.
      expectSame(read(toJson(desc, theirs, { useProtoFieldName: true })), decoded);
      expectSame(read(toJson(desc, theirs, { enumAsInteger: true, alwaysEmitImplicit: true })), decoded);
      expectSame(read(JSON.parse(JSON.stringify(json)) as JsonValue), decoded);
    }
  });
});

describe("JSON that protobuf-es refuses is refused here", () => {
  const oddities: JsonValue[] = [
    true,
    "x",
    "",
    " 1",
    "1",
    "-1",
    1.5,
    -1,
    4294967296,
    "NaN",
    [],
    [null],
    {},
    { a: null },
  ];

  test.each([...registry.keys()])("%s", (typeName) => {
    const { desc, fromJson: read } = entry(typeName);
    for (const field of desc.fields) {
      for (const odd of [null, ...oddities]) {
        if (odd === " 1" && isInt64(field.scalar)) continue; // protobuf-es takes it, protobuf's JSON mapping does not
        const json = { [field.jsonName]: odd };
        expectSame([json, outcome(() => read(json))], [json, outcome(() => fromJson(desc, json))]);
      }
    }
    expect(outcome(() => read({ noSuchField: 1 }))).toBe("refused");
    for (const odd of [null, ...oddities]) {
      if (odd === " 1" && desc.file.name.endsWith("wrappers")) continue;
      expectSame([odd, outcome(() => read(odd))], [odd, outcome(() => fromJson(desc, odd))]);
    }
  });

  function isInt64(type: ScalarType | undefined): boolean {
    return type === ScalarType.INT64 || type === ScalarType.UINT64;
  }

  function outcome(call: () => unknown): unknown {
    try {
      return plain(call());
    } catch (error) {
      if (error instanceof CodecError)
        expect(["INVALID_JSON", "UNKNOWN_NAME", "TOO_DEEP"]).toContain(error.code);
      return "refused";
    }
  }
});

describe("spellings", () => {
  const event = entry("temporal.api.history.v1.HistoryEvent");

  test("enums: full name, Temporal's short name, number", () => {
    for (const eventType of ["EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", "WorkflowExecutionStarted", 1]) {
      expect(event.fromJson({ eventType })).toMatchObject({ eventType: 1 });
    }
    expect(() => event.fromJson({ eventType: "WorkflowExecutionBegun" })).toThrow(
      'no value "WorkflowExecutionBegun"',
    );
    expect(event.toJson({ eventType: 1 })).toEqual({ eventType: "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED" });
    expect(event.toJson({ eventType: 4711 })).toEqual({ eventType: 4711 });
  });

  test("every enum value is read by its full and its short name", async () => {
    const pascal = (name: string): string =>
      name.toLowerCase().replace(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
    let seen = 0;
    for (const { desc, fromJson: read } of registry.values()) {
      for (const field of desc.fields) {
        if (field.fieldKind !== "enum" || field.oneof !== undefined) continue;
        const prefix = (field.enum.sharedPrefix ?? "").length;
        for (const value of field.enum.values) {
          for (const name of [value.name, pascal(value.name.slice(prefix))]) {
            expect(read({ [field.jsonName]: name })).toMatchObject({ [field.localName]: value.number });
            seen += 1;
          }
        }
      }
    }
    expect(seen).toBeGreaterThan(500);
  });

  test("64-bit integers: string or number, whole range", () => {
    for (const [json, eventId] of [
      ["5", 5n],
      [5, 5n],
      ["9223372036854775807", 2n ** 63n - 1n],
      ["-9223372036854775808", -(2n ** 63n)],
    ] as const) {
      expect(event.fromJson({ eventId: json })).toMatchObject({ eventId });
    }
    for (const eventId of ["9223372036854775808", "1.5", "0x10", " 1", "", 1.5, true]) {
      expect(() => event.fromJson({ eventId })).toThrow("field eventId");
    }
  });

  test("bytes: base64 standard or URL-safe, padded or not", () => {
    const payload = entry("temporal.api.common.v1.Payload");
    for (const data of ["+/+/AQ==", "-_-_AQ==", "-_-_AQ", "+/+/\nAQ=="]) {
      expect(payload.fromJson({ data })).toMatchObject({ data: Uint8Array.of(0xfb, 0xff, 0xbf, 0x01) });
    }
    expect(() => payload.fromJson({ data: "a" })).toThrow("base64");
    expect(() => payload.fromJson({ data: "€€€€" })).toThrow("base64");
  });

  test("names: camelCase or snake_case, but not both for one field", () => {
    expect(event.fromJson({ event_id: "7" })).toMatchObject({ eventId: 7n });
    expect(() => event.fromJson({ event_id: "7", eventId: "7" })).toThrow("set twice");
    expect(() => event.fromJson({ eventID: "7" })).toThrow('no field has the name "eventID"');
    expect(event.fromJson({ eventID: "7", eventId: 8 }, { ignoreUnknown: true })).toMatchObject({
      eventId: 8n,
    });
  });

  test("errors name the message and the path of the field", () => {
    const json = { timerStartedEventAttributes: { timerId: 5 } };
    expect(() => event.fromJson(json)).toThrow(
      "cannot read temporal.api.history.v1.HistoryEvent from JSON, field timerStartedEventAttributes.timerId: expected a string, got 5",
    );
    const both = { timerStartedEventAttributes: {}, timerFiredEventAttributes: {} };
    expect(() => event.fromJson(both)).toThrow("same oneof");
  });

  test("nesting deeper than 100 messages is refused", () => {
    const failure = entry("temporal.api.failure.v1.Failure");
    const nest = (levels: number): JsonValue => (levels === 1 ? {} : { cause: nest(levels - 1) });
    expect(failure.fromJson(nest(100))).toBeDefined();
    expect(() => failure.fromJson(nest(101))).toThrow(expect.objectContaining({ code: "TOO_DEEP" }));
  });
});

describe("Any", () => {
  const message = entry("temporal.api.protocol.v1.Message");
  const request = entry("temporal.api.update.v1.Request");
  const init = {
    meta: { updateId: "u-1" },
    input: { name: "add", args: { payloads: [{ data: Uint8Array.of(1) }] } },
  };
  const body = { typeUrl: "type.googleapis.com/temporal.api.update.v1.Request", value: request.encode(init) };

  test("known messages are written with @type, as protobuf-es does with a registry", () => {
    const json = message.toJson({ body }, { anyTypes });
    expect(json).toEqual(toJson(message.desc, create(message.desc, { body }), { registry: messages }));
    expect(plain(message.fromJson(json, { anyTypes }))).toEqual(
      plain(fromBinary(message.desc, message.encode({ body }))),
    );
    expectSame(message.fromJson(json, { anyTypes }), fromJson(message.desc, json, { registry: messages }));
  });

  test("types with a JSON form of their own stand under value", () => {
    const duration = entry("google.protobuf.Duration").encode({ seconds: 3 });
    const any = { typeUrl: "type.googleapis.com/google.protobuf.Duration", value: duration };
    const json = { body: { "@type": any.typeUrl, value: "3s" } };
    expect(message.toJson({ body: any }, { anyTypes })).toEqual(json);
    expect(message.fromJson(json, { anyTypes })).toMatchObject({ body: any });
  });

  test("a type that is not known is an error, or left empty where unknown names are ignored", () => {
    const any = { typeUrl: "type.googleapis.com/some.Type", value: Uint8Array.of(1) };
    expect(() => message.toJson({ body: any }, { anyTypes })).toThrow("some.Type");
    const json = { body: { "@type": any.typeUrl, x: 1 } };
    expect(() => message.fromJson(json)).toThrow("some.Type");
    expect(message.fromJson(json, { ignoreUnknown: true })).toMatchObject({ body: { typeUrl: any.typeUrl } });
  });
});
