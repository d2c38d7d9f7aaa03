import { Buffer } from "node:buffer";
import { afterEach, describe, expect, test } from "vitest";
import { decodeBase64, encodeBase64, setBase64Host } from "../../src/codec-runtime/base64.ts";

const long = Uint8Array.from({ length: 30_000 }, (_, index) => (index * 37 + (index >> 8)) & 255);
const text = Buffer.from(long).toString("base64");
const hosts = {
  none: undefined,
  Buffer: (given: string): Uint8Array => Buffer.from(given, "base64"),
  "one that refuses": () => undefined,
};

afterEach(() => setBase64Host(undefined));

describe.each(Object.entries(hosts))("long base64, host: %s", (_, host) => {
  const decode = (given: string): Uint8Array => {
    setBase64Host(host);
    return decodeBase64(given);
  };

  test("is read, whatever its padding", () => {
    for (const length of [29_998, 29_999, 30_000]) {
      const bytes = long.subarray(0, length);
      const given = encodeBase64(bytes);
      expect(given).toBe(Buffer.from(bytes).toString("base64"));
      for (const form of [given, given.replace(/=+$/, "")])
        expect(Buffer.compare(decode(form), bytes)).toBe(0);
    }
  });

  test("is read in its URL-safe form and with line breaks", () => {
    const urlSafe = text.replaceAll("+", "-").replaceAll("/", "_");
    const broken = text.replaceAll(/(.{76})/g, "$1\r\n");
    for (const form of [urlSafe, broken]) expect(Buffer.compare(decode(form), long)).toBe(0);
  });

  test("with a character that is none, it is refused by name", () => {
    for (const sign of ["!", "\u0141", "\u00c1", "\u{1f600}".slice(0, 1)]) {
      for (const at of [0, 5_000, text.length - 1]) {
        const wrong = `${text.slice(0, at)}${sign}${text.slice(at + 1)}`;
        expect(() => decode(wrong), sign).toThrow(`character ${JSON.stringify(sign)} in base64`);
      }
    }
    expect(() => decode(`${text}A`)).toThrow("base64 of incomplete bytes");
  });
});
