import { describe, expect, test } from "vitest";
import { Http2Code, Http2Error } from "../../../runtimes/node-api/http2/error-codes.ts";
import { HpackDecoder } from "../../../runtimes/node-api/http2/hpack-decoder.ts";
import { HeaderList, HpackEncoder, literalField } from "../../../runtimes/node-api/http2/hpack-encoder.ts";
import { seeded } from "./random.ts";

type Pair = [name: string, value: string];

function decode(decoder: HpackDecoder, hex: string): Pair[] {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  return decoder.decode(bytes, 0, bytes.length).fields.map(({ name, value }) => [name, value]);
}

function list(pairs: readonly Pair[], repeated = true): HeaderList {
  return new HeaderList(pairs.map(([name, value]) => ({ name, value, repeated })));
}

const FIRST: Pair[] = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "www.example.com"],
];
const SECOND: Pair[] = [...FIRST, ["cache-control", "no-cache"]];
const THIRD: Pair[] = [
  [":method", "GET"],
  [":scheme", "https"],
  [":path", "/index.html"],
  [":authority", "www.example.com"],
  ["custom-key", "custom-value"],
];
const date = (second: number): Pair => ["date", `Mon, 21 Oct 2013 20:13:${second} GMT`];
const LOCATION: Pair = ["location", "https://www.example.com"];
const PRIVATE: Pair = ["cache-control", "private"];
const ANSWERS: Pair[][] = [
  [[":status", "302"], PRIVATE, date(21), LOCATION],
  [[":status", "307"], PRIVATE, date(21), LOCATION],
  [
    [":status", "200"],
    PRIVATE,
    date(22),
    LOCATION,
    ["content-encoding", "gzip"],
    ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
  ],
];

describe("the examples of RFC 7541, appendix C", () => {
  test("C.2: one header of each kind", () => {
    expect(decode(new HpackDecoder(1e6), "400a637573746f6d2d6b65790d637573746f6d2d686561646572")).toEqual([
      ["custom-key", "custom-header"],
    ]);
    expect(decode(new HpackDecoder(1e6), "040c2f73616d706c652f70617468")).toEqual([
      [":path", "/sample/path"],
    ]);
    expect(decode(new HpackDecoder(1e6), "100870617373776f726406736563726574")).toEqual([
      ["password", "secret"],
    ]);
    expect(decode(new HpackDecoder(1e6), "82")).toEqual([[":method", "GET"]]);
  });

  test.each([
    [
      "C.3: requests without Huffman codes",
      [
        "828684410f7777772e6578616d706c652e636f6d",
        "828684be58086e6f2d6361636865",
        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
      ],
    ],
    [
      "C.4: requests with Huffman codes",
      [
        "828684418cf1e3c2e5f23a6ba0ab90f4ff",
        "828684be5886a8eb10649cbf",
        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
      ],
    ],
  ])("%s", (_name, blocks) => {
    const decoder = new HpackDecoder(1e6);
    expect(blocks.map((block) => decode(decoder, block))).toEqual([FIRST, SECOND, THIRD]);
  });

  test.each([
    [
      "C.5: answers without Huffman codes, with a table of 256 bytes",
      [
        "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
        "4803333037c1c0bf",
        "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
      ],
    ],
    [
      "C.6: answers with Huffman codes, with a table of 256 bytes",
      [
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        "4883640effc1c0bf",
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
      ],
    ],
  ])("%s", (_name, blocks) => {
    const decoder = new HpackDecoder(1e6, 256);
    expect(blocks.map((block) => decode(decoder, block))).toEqual(ANSWERS);
  });

  test("C.3 as we write it: the second request is four indices and one new header", () => {
    const encoder = new HpackEncoder();
    expect(encoder.encode(list(FIRST)).toString("hex")).toBe("828684410f7777772e6578616d706c652e636f6d");
    expect(encoder.encode(list(SECOND)).toString("hex")).toBe("828684be58086e6f2d6361636865");
    expect(encoder.encode(list(THIRD)).toString("hex")).toBe(
      "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
    );
  });
});

describe("hostile header blocks end in a typed error", () => {
  test.each([
    ["index 0", "80", /index 0/],
    ["an index beyond both tables", "be", /index 62/],
    ["a name by an index beyond both tables", "7f0001 61", /index 63/],
    ["an integer that never ends", "ffffffffffffffff", /integer/],
    ["an integer padded with zeros for too long", "ff8080808080808000", /integer/],
    ["an integer cut off", "ff", /cut off/],
    ["a header without a value", "4001 61", /cut off/],
    ["text cut off", "4003 6162", /cut off/],
    ["text longer than anything", "00 7fffffff7f 61", /cut off/],
    ["a table larger than allowed", "3fe21f", /4097/],
    ["a change of the table in the middle", "82 20", /size after a header/],
    ["Huffman text that is the end mark", "00 0161 84 ffffffff", /Huffman/],
    ["Huffman padding of a whole byte", "00 0161 82 1fff", /Huffman/],
    ["Huffman padding of zeros", "00 0161 81 18", /Huffman/],
    ["a Huffman code cut off", "00 0161 81 fe", /Huffman/],
  ])("%s", (_name, hex, message) => {
    const failure = (() => {
      try {
        return decode(new HpackDecoder(1e6), hex);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(Http2Error);
    expect((failure as Http2Error).http2Code).toBe(Http2Code.COMPRESSION_ERROR);
    expect((failure as Http2Error).message).toMatch(message);
  });

  test("random bytes: an error of this kind, or headers; and never more of them than allowed", () => {
    const random = seeded(7541);
    for (let round = 0; round < 20_000; round++) {
      const decoder = new HpackDecoder(2_000);
      const bytes = Buffer.from(Array.from({ length: 1 + random(40) }, () => random(256)));
      try {
        const { fields } = decoder.decode(bytes, 0, bytes.length);
        const size = fields.reduce((sum, { name, value }) => sum + name.length + value.length + 32, 0);
        expect(size).toBeLessThanOrEqual(2_000);
      } catch (error) {
        if (!(error instanceof Http2Error)) throw error;
      }
    }
  });

  test("a large header sent by a few bytes again and again is not collected without end", () => {
    const decoder = new HpackDecoder(16_000);
    const entry = literal("x-large", "v".repeat(3_900));
    decoder.decode(entry, 0, entry.length);
    const bomb = Buffer.alloc(10_000, 0xbe);
    const block = decoder.decode(bomb, 0, bomb.length);
    expect(block.problem).toMatch(/bytes of headers, more than the 16000 allowed/);
    expect(block.fields.length).toBe(4);
  });
});

/** A header that goes into the peer's table. */
function literal(name: string, value: string): Buffer {
  const block = new HpackEncoder(1e6).encode(list([[name, value]]));
  return block;
}

describe("answers that break the rules of HTTP", () => {
  test.each([
    ["a pseudo-header of requests", "82", /:method/],
    ["a status after other headers", "0001610162 88", /:status/],
    ["two statuses", "88 88", /two :status/],
    ["a name in capitals", "0001410162", /"A"/],
    ["a name of nothing", "00000162", /name ""/],
    ["a line break in a value", "0001610362 0d 0a", /line break/],
  ])("%s", (_name, hex, problem) => {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    expect(new HpackDecoder(1e6).decode(bytes, 0, bytes.length).problem).toMatch(problem);
  });
});

describe("our encoder and our decoder", () => {
  test("random lists of headers, while the peer's table grows and shrinks", () => {
    const random = seeded(9113);
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(1e6);
    const pool = Array.from({ length: 60 }, (_, index): Pair => [`x-${index % 20}`, "v".repeat(random(300))]);
    const lists = Array.from({ length: 40 }, () =>
      list(
        Array.from({ length: 1 + random(12) }, () => pool[random(pool.length)]!),
        random(4) > 0,
      ),
    );
    for (let round = 0; round < 3_000; round++) {
      if (random(20) === 0) encoder.allow([0, 50, 200, 1_000, 4_096, 65_536][random(6)]!);
      const each = lists[random(lists.length)]!;
      const block = encoder.encode(each);
      expect(decoder.decode(block, 0, block.length).fields).toEqual(
        each.fields.map(({ name, value }) => ({ name, value })),
      );
    }
  });

  test("what is sent again is one byte a header, and the same bytes while the table stays", () => {
    const encoder = new HpackEncoder();
    const headers = list([
      [":path", "/a/b"],
      ["te", "trailers"],
      ["user-agent", "perdure"],
      ["x-key", "k".repeat(500)],
    ]);
    expect(encoder.encode(headers).length).toBeGreaterThan(500);
    const second = encoder.encode(headers);
    expect(second.length).toBe(4);
    expect(encoder.encode(headers)).toBe(second);
    encoder.encode(list([["x-other", "1"]]));
    expect(encoder.encode(headers).length).toBe(4);
    expect(encoder.encode(headers)).not.toEqual(second);
  });

  test("headers for one call alone leave no trace in the table", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(1e6);
    const once = literalField("grpc-timeout", "10000m");
    decoder.decode(once, 0, once.length);
    const trace = encoder.encode(list([["traceparent", "00-1-2-01"]], false));
    decoder.decode(trace, 0, trace.length);
    expect(() => decode(decoder, "be")).toThrow(/index 62/);
  });

  test("a table made smaller and larger again is announced by both sizes", () => {
    const encoder = new HpackEncoder();
    encoder.encode(list([["x-a", "1"]]));
    encoder.allow(0);
    encoder.allow(4_096);
    const block = encoder.encode(list([["x-a", "1"]]));
    expect(block.subarray(0, 4).toString("hex")).toBe("203fe11f");
  });
});
