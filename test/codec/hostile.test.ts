// Truncated, mutated, over-deep and hostile bytes: refused with a CodecError or read as protobuf-es reads them; never
// anything else. The deliberate differences are listed in deviation.ts.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { CodecError } from "../../src/codec-runtime/codec-error.ts";
import { deviates } from "./deviation.ts";
import { int, plain, type Random, randomFrom, randomMessage, same, seedOf } from "./random.ts";
import { type Entry, registry } from "./registry.ts";

const REFUSED = Symbol("refused");

function entry(typeName: string): Entry {
  return registry.get(typeName)!;
}

function ours({ decode }: Entry, bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return REFUSED;
  }
}

function theirs({ desc }: Entry, bytes: Uint8Array): unknown {
  try {
    return fromBinary(desc, bytes);
  } catch {
    return REFUSED;
  }
}

/** Returns whether the bytes were compared (rather than falling under a deliberate difference). */
function compare(codec: Entry, bytes: Uint8Array): boolean {
  const mine = ours(codec, bytes);
  if (deviates(codec.desc, bytes)) return false;
  const expected = theirs(codec, bytes);
  const equal = mine === expected || (mine !== REFUSED && expected !== REFUSED && same(mine, expected));
  if (!equal)
    expect({ bytes: Buffer.from(bytes).toString("hex"), value: plain(mine) }).toEqual(plain(expected));
  return true;
}

function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const list = [...bytes];
  const at = int(random, list.length + 1);
  switch (int(random, 5)) {
    case 0:
      list.splice(at, 1 + int(random, 4));
      break;
    case 1:
      list.splice(at, 0, ...Array.from({ length: 1 + int(random, 4) }, () => int(random, 256)));
      break;
    case 2:
      if (at < list.length) list[at] = int(random, 256);
      break;
    case 3:
      if (at < list.length) list[at]! ^= 1 << int(random, 8);
      break;
    default:
      list.splice(at, 0, ...list.slice(int(random, list.length), int(random, list.length)));
  }
  return Uint8Array.from(list);
}

describe("every message", () => {
  test.each([...registry.keys()])("%s: truncated at each byte, and mutated", (typeName) => {
    const codec = entry(typeName);
    const random = randomFrom(seedOf(typeName) ^ 2);
    let compared = 0;
    for (let round = 0; round < 2; round++) {
      const message = create(codec.desc, randomMessage(codec.desc, random, { depth: 2 }));
      const bytes = toBinary(codec.desc, message);
      const step = Math.max(1, Math.floor(bytes.length / 60));
      for (let end = 0; end < bytes.length; end += step)
        compared += Number(compare(codec, bytes.slice(0, end)));
      let mutated: Uint8Array = bytes;
      for (let i = 0; i < 15; i++) {
        mutated = mutate(i % 5 === 0 ? bytes : mutated, random);
        if (mutated.length < 5_000) compared += Number(compare(codec, mutated));
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  test.each([...registry.keys()])("%s: any bytes at all", (typeName) => {
    const codec = entry(typeName);
    const random = randomFrom(seedOf(typeName) ^ 3);
    for (let i = 0; i < 25; i++) {
      compare(
        codec,
        Uint8Array.from({ length: int(random, 40) }, () => int(random, random() < 0.5 ? 64 : 256)),
      );
    }
    expect(ours(codec, Uint8Array.of(0x80))).toBe(REFUSED);
  });

  test.each([...registry.keys()])("%s: fields sent twice are merged or replaced", (typeName) => {
    const codec = entry(typeName);
    const random = randomFrom(seedOf(typeName) ^ 4);
    for (let i = 0; i < 3; i++) {
      const parts = [0, 1].map(() => codec.encode(randomMessage(codec.desc, random, { depth: 2 })));
      expect(compare(codec, Buffer.concat(parts))).toBe(true);
    }
  });

  test.each([...registry.keys()])("%s: fields with another wire type are skipped", (typeName) => {
    const codec = entry(typeName);
    const values: Record<number, number[]> = { 0: [1], 1: [1, 2, 3, 4, 5, 6, 7, 8], 2: [0], 5: [1, 2, 3, 4] };
    const empty = plain(codec.decode(new Uint8Array(0)));
    for (const field of codec.desc.fields) {
      for (const [wire, value] of Object.entries(values)) {
        const bytes = Uint8Array.from([...varint(field.number * 8 + Number(wire)), ...value]);
        if (!deviates(codec.desc, bytes)) continue;
        if (!same(codec.decode(bytes), empty)) expect(plain(codec.decode(bytes))).toEqual(empty);
        // They are unknown fields, and kept if those are.
        expect(codec.encode(codec.decode(bytes, { unknownFields: true }))).toEqual(bytes);
      }
    }
  });
});

describe("lists of numbers", () => {
  const lists = [...registry.values()].flatMap(({ desc }) =>
    desc.fields
      .filter((field) => field.fieldKind === "list" && field.packed)
      .map((field) => ({ desc, field })),
  );

  test("there are some", () => {
    expect(lists.length).toBeGreaterThan(3);
  });

  test.each(lists)("$field: packed and not, as protobuf-es reads them", ({ desc, field }) => {
    const single = [...varint(field.number * 8), 0x05];
    const packed = [...varint(field.number * 8 + 2), 0x03, 0x01, 0xac, 0x02];
    const codec = entry(desc.typeName);
    expect(codec.decode(Uint8Array.from([...single, ...packed, ...single]))).toMatchObject({
      [field.localName]: [5, 1, 300, 5],
    });
    expect(compare(codec, Uint8Array.from([...single, ...packed, ...single]))).toBe(true);
    expect(() => codec.decode(Uint8Array.from([...varint(field.number * 8 + 2), 0x01, 0xac, 0x02]))).toThrow(
      CodecError,
    );
  });
});

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

describe("unknown fields", () => {
  test.each([...registry.keys()])("%s: skipped by default, kept and written back on demand", (typeName) => {
    const codec = entry(typeName);
    const random = randomFrom(seedOf(typeName) ^ 5);
    const known = codec.encode(randomMessage(codec.desc, random, { depth: 1 }));
    // Field 100000: varint, fixed, bytes, a group with something in it.
    const [v, f, b, s, e] = [0, 5, 2, 3, 4].map((wire) => varint(100_000 * 8 + wire));
    const unknown = [...v!, 0x96, 0x01, ...f!, 1, 2, 3, 4, ...b!, 2, 7, 7, ...s!, 0x08, 0x01, ...e!];
    const bytes = Uint8Array.from([...known, ...unknown]);
    expect(codec.encode(codec.decode(bytes))).toEqual(known);
    expect(codec.encode(codec.decode(bytes, { unknownFields: true }))).toEqual(bytes);
    expect(toBinary(codec.desc, fromBinary(codec.desc, bytes))).toEqual(bytes);
    expect(compare(codec, bytes)).toBe(true);
  });

  test("they are kept at every level", () => {
    const { desc, decode, encode } = entry("temporal.api.history.v1.HistoryEvent");
    const { number } = desc.fields.find((field) => field.name === "timer_started_event_attributes")!;
    const inner = [0x0a, 0x01, 0x61, 0xf8, 0x3f, 0x05]; // timer id "a", field 1023 = 5
    const event = Uint8Array.from([0x08, 0x01, ...varint(number * 8 + 2), inner.length, ...inner]);
    const decoded = decode(event, { unknownFields: true }) as {
      attributes?: { value?: { $unknown?: Uint8Array } };
    };
    expect(encode(decoded)).toEqual(event);
    expect(encode(decode(event)).length).toBe(event.length - 3);
  });
});

describe("nesting", () => {
  const failure = entry("temporal.api.failure.v1.Failure");

  function nested(levels: number): Uint8Array {
    let bytes = new Uint8Array(0);
    for (let i = 1; i < levels; i++) bytes = Uint8Array.from([0x22, ...varint(bytes.length), ...bytes]);
    return bytes;
  }

  test("a hundred messages are read, one more is refused, as by protobuf-es", () => {
    expect(ours(failure, nested(100))).not.toBe(REFUSED);
    expect(theirs(failure, nested(100))).not.toBe(REFUSED);
    expect(theirs(failure, nested(101))).toBe(REFUSED);
    expect(() => failure.decode(nested(101))).toThrow(expect.objectContaining({ code: "TOO_DEEP" }));
  });

  test.each([98, 99, 100, 101, 5000])("%d groups in each other", (levels) => {
    const start = varint(900 * 8 + 3);
    const end = varint(900 * 8 + 4);
    const bytes = Uint8Array.from([
      ...Array.from({ length: levels }, () => start).flat(),
      ...Array.from({ length: levels }, () => end).flat(),
    ]);
    expect(ours(failure, bytes) === REFUSED).toBe(theirs(failure, bytes) === REFUSED);
  });
});

describe("hostile bytes", () => {
  const ff = (count: number): number[] => Array.from({ length: count }, () => 0xff);
  const cases: [string, string, number[]][] = [
    ["length of 2^31", "TRUNCATED", [0x0a, 0x80, 0x80, 0x80, 0x80, 0x08]],
    ["length of 2^32 + 1", "TRUNCATED", [0x0a, 0x81, 0x80, 0x80, 0x80, 0x10, 0x61]],
    ["negative length", "TRUNCATED", [0x0a, ...ff(9), 0x01]],
    ["length without bytes", "TRUNCATED", [0x0a]],
    ["varint of eleven bytes as length", "MALFORMED", [0x0a, ...ff(10), 0x01]],
    ["varint of eleven bytes in an unknown field", "MALFORMED", [0xf8, 0x3f, ...ff(10), 0x01]],
    ["tag of six bytes", "MALFORMED", [0x8a, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00]],
    ["tag above 32 bits", "MALFORMED", [0x8a, 0x80, 0x80, 0x80, 0x10, 0x00]],
    ["field number 0", "MALFORMED", [0x02, 0x00]],
    ["wire type 6", "MALFORMED", [0x0e]],
    ["wire type 7", "MALFORMED", [0x0f]],
    ["end of a group that never began", "MALFORMED", [0x0c]],
    ["group without end", "TRUNCATED", [0xfb, 0x3f, 0x08, 0x01]],
    ["group ended as another", "MALFORMED", [0xfb, 0x3f, 0xf4, 0x3f]],
    ["fixed value cut off", "TRUNCATED", [0xfd, 0x3f, 0x01]],
    ["string that is not UTF-8", "INVALID_UTF8", [0x0a, 0x02, 0xc3, 0x28]],
    ["overlong UTF-8", "INVALID_UTF8", [0x0a, 0x02, 0xc0, 0x80]],
    ["surrogate in UTF-8", "INVALID_UTF8", [0x0a, 0x03, 0xed, 0xa0, 0x80]],
  ];

  test.each(cases)("%s is refused as %s", (_, code, bytes) => {
    const { decode } = entry("temporal.api.common.v1.WorkflowExecution");
    expect(() => decode(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code }));
  });

  test("a field may not reach over the end of its message", () => {
    // Payloads{ payload of 2 bytes { data of 5 bytes... } } with the five bytes behind the payload's end.
    const { decode } = entry("temporal.api.common.v1.Payloads");
    const bytes = Uint8Array.of(0x0a, 0x02, 0x12, 0x05, 1, 2, 3, 4, 5);
    expect(() => decode(bytes)).toThrow("temporal.api.common.v1.Payload reaches over its end");
  });

  test("errors say what was decoded and where", () => {
    const { decode } = entry("temporal.api.history.v1.History");
    expect(() => decode(Uint8Array.of(0x0a, 0x7f))).toThrow(
      expect.objectContaining({
        code: "TRUNCATED",
        messageName: "temporal.api.history.v1.History",
        offset: 2,
      }),
    );
  });

  test("what is not bytes is refused", () => {
    const { decode } = entry("temporal.api.history.v1.History");
    expect(() => decode("bytes" as unknown as Uint8Array)).toThrow(
      "expected a Uint8Array to decode, got string",
    );
  });
});
