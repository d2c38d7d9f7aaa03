/** Node's own HTTP/2 (nghttp2) as an independent judge of our header compression and flow control. */
import { sensitiveHeaders } from "node:http2";
import { describe, expect, test } from "vitest";
import { encodeFrame } from "../../../runtimes/node-api/grpc/framing.ts";
import { HELLO, openChannel, PATH } from "../fault.ts";
import { startServer, type TestServer } from "../grpc-server.ts";
import { type Random, seeded } from "./random.ts";

async function withServer(
  start: Promise<TestServer>,
  body: (channel: ReturnType<typeof openChannel>, server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await start;
  const channel = openChannel(server.address);
  try {
    await body(channel, server);
  } finally {
    await channel.close();
    await server.close();
  }
}

/** Text of all characters that a header may have; the common ones often, so that the judge finds Huffman codes worth it. */
function text(random: Random, length: number): string {
  const character = (): number =>
    random(4) > 0 ? 0x61 + random(8) : random(2) > 0 ? 0x21 + random(0x5e) : 0x80 + random(0x80);
  return Array.from({ length }, () => String.fromCharCode(character())).join("");
}

describe("headers, judged by node:http2", () => {
  test("it sends random headers: short, long, sensitive, repeated", async () => {
    const random = seeded(1);
    const pool = Array.from({ length: 30 }, () => text(random, 1 + random(200)));
    const sent: Record<string, string>[] = [];
    const handler = startServer(({ number, raw }) => {
      const more: Record<string, string> = {};
      for (let count = random(10); count >= 0; count--) {
        more[`x-${random(12)}`] =
          random(3) > 0 ? pool[random(pool.length)]! : text(random, 1 + random(3_000));
      }
      sent[number] = more;
      const hidden = Object.keys(more).slice(0, random(3));
      raw({
        headers: { ...more, [sensitiveHeaders]: hidden },
        body: encodeFrame(HELLO),
        trailers: { "grpc-status": "0", ...more, "x-number": String(number) },
      });
    });
    await withServer(handler, async (channel) => {
      for (let round = 0; round < 200; round++) {
        const { headers, trailers } = await channel.unary(PATH, HELLO, { timeoutMs: 10_000 });
        const expected = sent[Number(trailers["x-number"])];
        expect(headers).toMatchObject(expected!);
        expect(trailers).toMatchObject(expected!);
      }
    });
  });

  test("it sends every character that a header may have", async () => {
    const every = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter((each) =>
      /[\x20-\x7e\x80-\xff]/.test(each),
    );
    // Surrounded by characters of five bits, all are worth a Huffman code.
    const values = every.map((each) => `eeeeeeeeeeeeeeee${each}eeeeeeeeeeeeeeee`);
    const handler = startServer(({ raw }) => {
      const headers = Object.fromEntries(values.map((value, index) => [`x-${index}`, value]));
      raw({ headers, body: encodeFrame(HELLO), trailers: { "grpc-status": "0" } });
    });
    await withServer(handler, async (channel) => {
      const { headers } = await channel.unary(PATH, HELLO, { timeoutMs: 10_000 });
      expect(values.map((_, index) => headers[`x-${index}`])).toEqual(values);
    });
  });

  test("it reads ours, whatever size of table it allows and however that changes", async () => {
    const random = seeded(2);
    const handler = startServer(({ headers, ok }) => ok(Buffer.from(JSON.stringify(headers))));
    await withServer(handler, async (channel, server) => {
      const pool = Array.from({ length: 12 }, (_, index) =>
        Object.freeze({ [`x-${index % 5}`]: "v".repeat(1 + random(600)), "x-all": "the same" }),
      );
      for (let round = 0; round < 200; round++) {
        if (round % 10 === 9) {
          const headerTableSize = [0, 60, 300, 2_000, 4_096, 65_536][random(6)]!;
          for (const session of server.sessions) session.settings({ headerTableSize });
        }
        const metadata = random(5) === 0 ? { "x-once": String(round) } : pool[random(pool.length)]!;
        const path = `${PATH}${random(4)}`;
        const { bytes } = await channel.unary(path, HELLO, { metadata, timeoutMs: 20_000 + round });
        const seen = JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>;
        expect(seen).toMatchObject({ ":path": path, te: "trailers", ...metadata });
        expect(seen["grpc-timeout"]).toMatch(/^(20|19)\d{3}m$/);
      }
      expect(server.seen()).toBe(1);
    });
  });

  test("it reads headers of ours that need several frames", async () => {
    const handler = startServer(({ headers, ok }) => ok(Buffer.from(String(headers["x-long"]))));
    await withServer(handler, async (channel) => {
      const metadata = Object.freeze({ "x-long": "long ".repeat(8_000).trim() });
      const { bytes } = await channel.unary(PATH, HELLO, { metadata, timeoutMs: 10_000 });
      expect(Buffer.from(bytes).toString()).toBe(metadata["x-long"]);
    });
  });

  test("headers over the limit fail their own call alone", async () => {
    const handler = startServer(({ number, ok }) =>
      ok(HELLO, number === 1 ? { "x-long": "l".repeat(140_000) } : {}),
    );
    await withServer(handler, async (channel, server) => {
      await expect(channel.unary(PATH, HELLO, { timeoutMs: 10_000 })).rejects.toMatchObject({
        reason: "malformed-response",
        details: expect.stringMatching(/bytes of headers, more than the 131072 allowed/),
      });
      await channel.unary(PATH, HELLO, { timeoutMs: 10_000 });
      expect(server.seen()).toBe(1);
    });
  });
});

describe("flow control, judged by node:http2", () => {
  const large = (seed: number, length: number): Uint8Array => {
    const random = seeded(seed);
    return Uint8Array.from({ length }, () => random(256));
  };

  test.each([1, 7, 1_000, 65_535])("a window of %i bytes", async (initialWindowSize) => {
    const message = large(3, initialWindowSize < 100 ? 2_000 : 300_000);
    await withServer(
      startServer(({ ok }) => ok(), { settings: { initialWindowSize } }),
      async (channel) => {
        const calls = Array.from({ length: 8 }, () => channel.unary(PATH, message, { timeoutMs: 20_000 }));
        for (const { bytes } of await Promise.all(calls)) expect(Buffer.compare(bytes, message)).toBe(0);
      },
    );
  });

  test("a window that shrinks below what is on its way, and grows again", async () => {
    const message = large(4, 400_000);
    const options = { settings: { initialWindowSize: 60_000 } };
    await withServer(
      startServer(({ ok }) => ok(), options),
      async (channel, server) => {
        await channel.unary(PATH, HELLO, {});
        const calls = Array.from({ length: 6 }, () => channel.unary(PATH, message, { timeoutMs: 20_000 }));
        for (const initialWindowSize of [10, 50_000, 1, 200_000]) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          for (const session of server.sessions) session.settings({ initialWindowSize });
        }
        for (const { bytes } of await Promise.all(calls)) expect(Buffer.compare(bytes, message)).toBe(0);
        expect(server.seen()).toBe(1);
      },
    );
  });

  test("10 MB both ways, and a hundred small calls that pass it", async () => {
    const message = large(5, 10 << 20);
    const server = await startServer(({ ok }) => ok());
    const channel = openChannel(server.address, { maxSendBytes: 20 << 20 });
    const long = channel.unary(PATH, message, { timeoutMs: 30_000 });
    const small = Array.from({ length: 100 }, () => channel.unary(PATH, HELLO, { timeoutMs: 30_000 }));
    for (const { bytes } of await Promise.all(small)) expect(Buffer.compare(bytes, HELLO)).toBe(0);
    expect(Buffer.compare((await long).bytes, message)).toBe(0);
    expect(server.seen()).toBe(1);
    await channel.close();
    await server.close();
  });

  test("two hundred calls of all sizes, interleaved", async () => {
    const random = seeded(6);
    const options = { settings: { initialWindowSize: 30_000, maxFrameSize: 20_000 } };
    await withServer(
      startServer(({ ok }) => ok(), options),
      async (channel) => {
        const messages = Array.from({ length: 200 }, (_, index) =>
          large(index, random(random(4) ? 2_000 : 200_000)),
        );
        const answers = await Promise.all(
          messages.map((message) => channel.unary(PATH, message, { timeoutMs: 30_000 })),
        );
        expect(answers.filter(({ bytes }, index) => Buffer.compare(bytes, messages[index]!) !== 0)).toEqual(
          [],
        );
      },
    );
  });
});
