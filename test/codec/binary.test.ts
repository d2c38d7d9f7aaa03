// Our encoders and decoders against protobuf-es, for every message of the services.
import { isDeepStrictEqual } from "node:util";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { plain, randomFrom, randomMessage, same, seedOf } from "./random.ts";
import { registry } from "./registry.ts";

const ROUNDS = 10;

describe("binary form of every message equals protobuf-es's", () => {
  test("there are codecs for all messages of the four services", () => {
    expect(registry.size).toBeGreaterThan(500);
    for (const entry of registry.values()) {
      expect(entry.encode, entry.desc.typeName).toBeTypeOf("function");
      expect(entry.decode, entry.desc.typeName).toBeTypeOf("function");
      expect(entry.toJson, entry.desc.typeName).toBeTypeOf("function");
      expect(entry.fromJson, entry.desc.typeName).toBeTypeOf("function");
    }
  });

  test.each([...registry.keys()])("%s", (typeName) => {
    const { desc, encode, decode } = registry.get(typeName)!;
    const random = randomFrom(seedOf(typeName));
    for (let round = 0; round < ROUNDS; round++) {
      const init = round === 0 ? {} : randomMessage(desc, random);
      const theirs = create(desc, init);
      const bytes = toBinary(desc, theirs);
      // Partial input, and the full message of protobuf-es, give the same bytes.
      expect(isDeepStrictEqual(encode(init), bytes), "bytes from partial input").toBe(true);
      expect(isDeepStrictEqual(encode(theirs), bytes), "bytes from a message of protobuf-es").toBe(true);
      const decoded = decode(bytes);
      const expected = fromBinary(desc, bytes);
      if (!same(decoded, expected)) expect(plain(decoded)).toEqual(plain(expected));
      // What we decoded encodes to the same bytes again.
      expect(isDeepStrictEqual(encode(decoded), bytes), "bytes of the decoded message").toBe(true);
    }
  });
});

describe("decoded messages", () => {
  test.each([...registry.keys()])("%s has every field from the start", (typeName) => {
    const { desc, decode } = registry.get(typeName)!;
    const empty = decode(new Uint8Array(0));
    expect(Object.keys(empty)).toEqual(desc.members.map((member) => member.localName));
    // protobuf-es's defaults, apart from those it leaves out.
    expect(plain(empty)).toEqual(plain(fromBinary(desc, new Uint8Array(0))));
  });
});
