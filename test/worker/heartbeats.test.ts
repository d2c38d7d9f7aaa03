import { describe, expect, test } from "vitest";
import { GrpcStatus } from "../../src/platform/rpc-port.ts";
import type { CancelOrder } from "../../src/worker/activity/cancel-order.ts";
import { Heartbeats, throttleInterval } from "../../src/worker/activity/heartbeats.ts";
import type { HeartbeatAnswer } from "../../src/worker/service.ts";
import { rpcError } from "./fake-server.ts";
import { ManualClock, turn, until } from "./manual-clock.ts";

const fine: HeartbeatAnswer = { cancelRequested: false, activityPaused: false, activityReset: false };

interface Sent {
  readonly details: unknown;
  readonly atMs: number;
  answer(answer?: HeartbeatAnswer): void;
  fail(error: unknown): void;
}

function scripted(options: { readonly throttleMs?: number; readonly encodeError?: Error } = {}) {
  const clock = new ManualClock();
  const begin = clock.nowMs();
  const sent: Sent[] = [];
  const orders: CancelOrder[] = [];
  const errors: unknown[] = [];
  const conversionErrors: unknown[] = [];
  let reported = 0;
  const payloads = new Map<object, unknown>();
  const heartbeats = new Heartbeats({
    throttleMs: options.throttleMs ?? 1000,
    clock,
    encode: async (details) => {
      if (options.encodeError !== undefined) throw options.encodeError;
      const payload = {};
      payloads.set(payload, details);
      return payload;
    },
    send: (payload) =>
      new Promise((resolve, reject) => {
        sent.push({
          details: payloads.get(payload),
          atMs: clock.nowMs() - begin,
          answer: (answer = fine) => resolve(answer),
          fail: reject,
        });
      }),
    onCancel: (order) => orders.push(order),
    onReported: () => {
      reported += 1;
    },
    onConversionError: (error) => conversionErrors.push(error),
    onSendError: (error) => errors.push(error),
  });
  return { heartbeats, clock, sent, orders, errors, conversionErrors, reported: () => reported };
}

describe("throttle interval", () => {
  const limits = { defaultMs: 30_000, maxMs: 60_000 };
  test.each([
    [10_000, 8000],
    [75_000, 60_000],
    [1_000_000, 60_000],
    [undefined, 30_000],
    [0, 30_000],
  ])("heartbeat timeout %s gives %i", (timeout, expected) => {
    expect(throttleInterval(timeout, limits)).toBe(expected);
  });

  test("the default is bounded too", () => {
    expect(throttleInterval(undefined, { defaultMs: 30_000, maxMs: 5000 })).toBe(5000);
  });
});

describe("heartbeats", () => {
  test("the first goes at once, later ones coalesce to the newest", async () => {
    const { heartbeats, sent, clock } = scripted();
    heartbeats.record("a");
    await until(() => sent.length === 1);
    sent[0]!.answer();
    heartbeats.record("b");
    heartbeats.record("c");
    await clock.advance(999);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent.map(({ details, atMs }) => [details, atMs])).toEqual([
      ["a", 0],
      ["c", 1000],
    ]);
  });

  test("the interval counts from the start of the last send", async () => {
    const { heartbeats, sent, clock } = scripted();
    heartbeats.record("a");
    await clock.advance(600);
    sent[0]!.answer();
    heartbeats.record("b");
    await clock.advance(400);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 1000]);
  });

  test("only one is under way at a time", async () => {
    const { heartbeats, sent, clock } = scripted();
    heartbeats.record("a");
    heartbeats.record("b");
    await clock.advance(5000);
    expect(sent).toHaveLength(1);
    sent[0]!.answer();
    await until(() => sent.length === 2);
    expect(sent[1]!.details).toBe("b");
  });

  test("after an interval without news the next goes at once", async () => {
    const { heartbeats, sent, clock } = scripted();
    heartbeats.record("a");
    await until(() => sent.length === 1);
    sent[0]!.answer();
    await clock.advance(1000);
    expect(clock.pending).toEqual([]);
    await clock.advance(234);
    heartbeats.record("b");
    await until(() => sent.length === 2);
    expect(sent[1]!.atMs).toBe(1234);
  });

  test("closing with flush sends what waits, and awaits it", async () => {
    const { heartbeats, sent } = scripted();
    heartbeats.record("a");
    await until(() => sent.length === 1);
    heartbeats.record("b");
    let closed = false;
    const closing = heartbeats.close(true).then(() => {
      closed = true;
    });
    sent[0]!.answer();
    await until(() => sent.length === 2);
    expect(sent[1]!.details).toBe("b");
    expect(closed).toBe(false);
    sent[1]!.answer();
    await closing;
  });

  test("closing without flush drops what waits", async () => {
    const { heartbeats, sent, clock } = scripted();
    heartbeats.record("a");
    await until(() => sent.length === 1);
    sent[0]!.answer();
    heartbeats.record("b");
    await heartbeats.close(false);
    heartbeats.record("c");
    await clock.advance(10_000);
    expect(sent).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });

  test.each([
    [{ cancelRequested: true, activityPaused: true, activityReset: true }, "CANCELLED"],
    [{ cancelRequested: false, activityPaused: true, activityReset: true }, "RESET"],
    [{ cancelRequested: false, activityPaused: true, activityReset: false }, "PAUSED"],
  ])("answer %o cancels with %s", async (answer, reason) => {
    const { heartbeats, sent, orders } = scripted();
    heartbeats.record(undefined);
    await until(() => sent.length === 1);
    sent[0]!.answer(answer);
    await until(() => orders.length === 1);
    expect(orders[0]).toEqual({
      reason,
      details: {
        cancelRequested: answer.cancelRequested,
        paused: answer.activityPaused,
        reset: answer.activityReset,
      },
    });
  });

  test("NOT_FOUND cancels, other errors are only reported", async () => {
    const { heartbeats, sent, orders, errors, clock, reported } = scripted();
    heartbeats.record(1);
    await until(() => sent.length === 1);
    sent[0]!.fail(rpcError(GrpcStatus.UNAVAILABLE));
    await until(() => errors.length === 1);
    expect(orders).toEqual([]);
    heartbeats.record(2);
    await clock.advance(1000);
    sent[1]!.fail(rpcError(GrpcStatus.NOT_FOUND));
    await until(() => orders.length === 1);
    expect(orders[0]?.reason).toBe("NOT_FOUND");
    expect(reported()).toBe(0);
  });

  test("details that cannot be converted are reported, nothing is sent", async () => {
    const encodeError = new Error("no");
    const { heartbeats, sent, conversionErrors } = scripted({ encodeError });
    heartbeats.record(1n);
    await turn();
    expect(sent).toEqual([]);
    expect(conversionErrors).toEqual([encodeError]);
  });
});
