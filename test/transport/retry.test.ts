import { describe, expect, test } from "vitest";
import {
  GrpcStatus,
  grpcStatusName,
  RpcError,
  type RpcErrorInit,
  toGrpcStatus,
} from "../../src/platform/rpc-port.ts";
import { defaultGrpcRetryOptions, isRetryableError } from "../../src/transport/retry.ts";

const failed = (init: Partial<RpcErrorInit>): RpcError =>
  new RpcError({ status: GrpcStatus.UNAVAILABLE, details: "", ...init });

describe("isRetryableError", () => {
  test("goes by the official client's codes", () => {
    const retried = Object.entries(GrpcStatus).filter(([, status]) => isRetryableError(failed({ status })));
    expect(retried.map(([name]) => name)).toEqual([
      "UNKNOWN",
      "RESOURCE_EXHAUSTED",
      "ABORTED",
      "OUT_OF_RANGE",
      "UNAVAILABLE",
      "DATA_LOSS",
    ]);
  });

  test.each([
    [{ details: "Received RST_STREAM with code 2" }, true],
    [{ details: "Received RST_STREAM with code 0" }, true],
    [{ details: "Call ended without gRPC status" }, true],
    [
      { details: "Received RST_STREAM with code 2 triggered by internal client error: SSL alert number 40" },
      false,
    ],
    [{ details: "Received RST_STREAM with code 27" }, false],
    [{ details: "broken", reason: "stream-reset", http2ErrorCode: 2 }, true],
    [{ details: "broken", reason: "stream-reset", http2ErrorCode: 1 }, false],
    [{ details: "broken", reason: "malformed-response" }, false],
  ] satisfies [Partial<RpcErrorInit>, boolean][])("INTERNAL with %o: %s", (init, expected) => {
    expect(isRetryableError(failed({ status: GrpcStatus.INTERNAL, ...init }))).toBe(expected);
  });

  test("never what this side knows to be final", () => {
    for (const reason of [
      "aborted",
      "closed",
      "connect-rejected",
      "deadline",
      "message-too-large",
    ] as const) {
      expect(isRetryableError(failed({ reason }))).toBe(false);
    }
    for (const reason of [
      "connect-failed",
      "connection-lost",
      "malformed-response",
      "stream-reset",
    ] as const) {
      expect(isRetryableError(failed({ reason }))).toBe(true);
    }
    const status = GrpcStatus.RESOURCE_EXHAUSTED;
    for (const details of [
      "grpc: received message larger than max (5 vs. 4)",
      "grpc: received message larger than max: 5 of 4",
      "message size 5 is larger than configured readMaxBytes 4",
      "message is larger than configured readMaxBytes 4 after decompression",
    ]) {
      expect(isRetryableError(failed({ status, details }))).toBe(false);
    }
    expect(isRetryableError(failed({ status, details: "namespace rate limit exceeded" }))).toBe(true);
    expect(isRetryableError(failed({ status: GrpcStatus.UNKNOWN, reason: "malformed-response" }))).toBe(
      false,
    );
  });
});

describe("defaultGrpcRetryOptions", () => {
  test("waits by the official client's formula", () => {
    const { delayFunction, retryableDecider } = defaultGrpcRetryOptions({ maxJitter: 0 });
    expect([1, 2, 3, 9].map((attempt) => Math.round(delayFunction(attempt, failed({}))))).toEqual([
      170, 289, 491, 5000,
    ]);
    const limited = failed({ status: GrpcStatus.RESOURCE_EXHAUSTED });
    expect([1, 2, 3, 4].map((attempt) => Math.round(delayFunction(attempt, limited)))).toEqual([
      1700, 2890, 4913, 5000,
    ]);
    expect([9, 10].map((attempt) => retryableDecider(attempt, limited))).toEqual([true, false]);
  });

  test("varies the wait by a fifth either way", () => {
    const { delayFunction } = defaultGrpcRetryOptions();
    const delays = Array.from({ length: 500 }, () => delayFunction(1, failed({})));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(170 * 0.8);
    expect(Math.max(...delays)).toBeLessThanOrEqual(170 * 1.2);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(30);
  });
});

describe("status codes", () => {
  test("have names, and no others than gRPC's", () => {
    expect(grpcStatusName(14)).toBe("UNAVAILABLE");
    expect(grpcStatusName(99)).toBe("STATUS_99");
    expect([toGrpcStatus(16), toGrpcStatus(17), toGrpcStatus(-1), toGrpcStatus(1.5)]).toEqual([16, 2, 2, 2]);
    expect(failed({ details: "gone" }).message).toBe("14 UNAVAILABLE: gone");
  });
});
