import { describe, expect, test } from "vitest";
import {
  type ConnectionOptions,
  resolveConnectionOptions,
} from "../../../src/transport/connection-options.ts";

const baseUrl = (options: ConnectionOptions): string => resolveConnectionOptions(options).address;

test("addresses become URLs", () => {
  expect(baseUrl({ protocol: "http-json" })).toBe("http://localhost:7243");
  expect(baseUrl({ protocol: "connect" })).toBe("http://localhost:7233");
  expect(baseUrl({ protocol: "grpc-web", address: "gateway:8080" })).toBe("http://gateway:8080");
  expect(baseUrl({ protocol: "grpc-web", address: "gateway", tls: true })).toBe("https://gateway:7233");
  expect(baseUrl({ protocol: "http-json", address: "[::1]:80", apiKey: "key" })).toBe("https://[::1]:80");
  expect(baseUrl({ protocol: "connect", address: "https://host/pre/fix/", apiKey: "key" })).toBe(
    "https://host/pre/fix",
  );
});

describe("options that are not usable are named", () => {
  const table: readonly (readonly [options: object, message: string])[] = [
    [{ protocol: "http" }, 'protocol: "http" is not "grpc", "grpc-web", "connect" or "http-json"'],
    [{ protocol: "grpc", fetch }, 'fetch: is of no use to protocol "grpc"'],
    [{ protocol: "grpc-web", useBinaryFormat: false }, 'useBinaryFormat: is an option of protocol "connect"'],
    [{ protocol: "connect", proxy: { targetHost: "p:1" } }, 'proxy: protocol "connect" goes over fetch'],
    [
      { protocol: "connect", tls: { serverNameOverride: "x" } },
      "tls: certificates and server names are the runtime's matter",
    ],
    [
      { protocol: "connect", address: "http://host", tls: true },
      'tls: true contradicts address "http://host"',
    ],
    [{ protocol: "connect", address: "ftp://host" }, 'address: "ftp://host" is not'],
    [{ protocol: "connect", address: "https://me@host" }, 'address: "https://me@host" is not'],
    [{ protocol: "connect", address: "host/path" }, 'address: "host/path" is not'],
    [{ protocol: "connect", fetch: 5 }, "fetch: 5 is not a function"],
    [
      { protocol: "connect", transport: { unary: () => undefined } },
      "transport: cannot be combined with protocol",
    ],
  ];

  test.each(table)("%j", (options, message) => {
    expect(() => resolveConnectionOptions(options as ConnectionOptions)).toThrow(message);
  });
});
