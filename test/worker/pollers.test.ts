import { describe, expect, test } from "vitest";
import { GrpcStatus, RpcError } from "../../src/platform/rpc-port.ts";
import { PollBackoff } from "../../src/worker/pollers/backoff.ts";
import { Poller, type PollerOptions } from "../../src/worker/pollers/poller.ts";
import { RateLimit } from "../../src/worker/pollers/rate-limit.ts";
import { StickyBalance, splitPollers } from "../../src/worker/pollers/sticky-balance.ts";
import { FixedSlots } from "../../src/worker/slots/fixed.ts";
import type { SlotPermit } from "../../src/worker/slots/supplier.ts";
import { rpcError } from "./fake-server.ts";
import { ManualClock, turn, until } from "./manual-clock.ts";

const never = new AbortController().signal;

describe("backoff of a poll", () => {
  const noJitter = (): number => 0.5;

  test("doubles from 200 ms up to 10 s", () => {
    const backoff = new PollBackoff(0, noJitter);
    const delays = Array.from({ length: 8 }, () => {
      const next = backoff.next(GrpcStatus.UNAVAILABLE, 0);
      return next.kind === "retry" ? next.delayMs : -1;
    });
    expect(delays).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  test("jitter changes a delay by at most a fifth", () => {
    expect(new PollBackoff(0, () => 0).next(GrpcStatus.UNAVAILABLE, 0)).toEqual({
      kind: "retry",
      delayMs: 160,
    });
    expect(new PollBackoff(0, () => 1).next(GrpcStatus.UNAVAILABLE, 0)).toEqual({
      kind: "retry",
      delayMs: 240,
    });
  });

  test("waits at least a second when the server is throttling", () => {
    const backoff = new PollBackoff(0, noJitter);
    expect(backoff.next(GrpcStatus.RESOURCE_EXHAUSTED, 0)).toEqual({ kind: "retry", delayMs: 1000 });
    expect(backoff.next(GrpcStatus.RESOURCE_EXHAUSTED, 0)).toEqual({ kind: "retry", delayMs: 2000 });
  });

  test.each([GrpcStatus.CANCELLED, GrpcStatus.DEADLINE_EXCEEDED, GrpcStatus.INTERNAL, GrpcStatus.UNKNOWN])(
    "status %i is retried for ever",
    (status) => {
      expect(new PollBackoff(0, noJitter).next(status, 3_600_000).kind).toBe("retry");
    },
  );

  test("what a retry does not cure is tolerated for a minute", () => {
    const backoff = new PollBackoff(0, noJitter);
    expect(backoff.next(GrpcStatus.PERMISSION_DENIED, 59_999)).toEqual({ kind: "retry", delayMs: 10_000 });
    expect(backoff.next(GrpcStatus.PERMISSION_DENIED, 60_000)).toEqual({ kind: "fatal" });
  });

  test("an error that is not the transport's is fatal", () => {
    expect(new PollBackoff(0, noJitter).next(undefined, 0)).toEqual({ kind: "fatal" });
  });
});

interface Scripted {
  readonly poller: Poller<string>;
  readonly accepted: { readonly task: string; readonly permit: SlotPermit }[];
  readonly fatal: unknown[];
  readonly polls: { resolve(task: string | undefined): void; reject(error: unknown): void }[];
  readonly slots: FixedSlots;
  readonly clock: ManualClock;
}

function scripted(options: Partial<PollerOptions<string>> & { readonly size?: number } = {}): Scripted {
  const clock = new ManualClock();
  const slots = new FixedSlots(options.size ?? 2);
  const accepted: Scripted["accepted"] = [];
  const fatal: unknown[] = [];
  const polls: Scripted["polls"] = [];
  const poller = new Poller<string>({
    subject: "test task",
    maximum: 1,
    slots,
    clock,
    random: () => 0.5,
    poll: (signal) =>
      new Promise((resolve, reject) => {
        polls.push({ resolve, reject });
        signal.addEventListener("abort", () => reject(rpcError(GrpcStatus.CANCELLED)));
      }),
    accept: (task, permit) => accepted.push({ task, permit }),
    onFatal: (error) => fatal.push(error),
    ...options,
  });
  return { poller, accepted, fatal, polls, slots, clock };
}

describe("poller", () => {
  test("hands a task over together with its slot and polls again", async () => {
    const { poller, accepted, polls, slots } = scripted();
    poller.start();
    await until(() => polls.length === 1);
    polls[0]!.resolve("task 1");
    await until(() => polls.length === 2);
    expect(accepted.map(({ task }) => task)).toEqual(["task 1"]);
    expect(slots.used).toBe(2);
    expect(poller.outstanding).toBe(1);
  });

  test("without a free slot it does not poll", async () => {
    const { poller, accepted, polls } = scripted({ size: 1 });
    poller.start();
    await until(() => polls.length === 1);
    polls[0]!.resolve("task 1");
    await until(() => accepted.length === 1);
    await turn();
    expect(polls).toHaveLength(1);
    accepted[0]!.permit.release();
    await until(() => polls.length === 2);
  });

  test("gives the slot of an empty poll back", async () => {
    const { poller, polls, slots, accepted } = scripted();
    poller.start();
    await until(() => polls.length === 1);
    polls[0]!.resolve(undefined);
    await until(() => polls.length === 2);
    expect(slots.used).toBe(1);
    expect(accepted).toEqual([]);
  });

  test("keeps the wanted number of polls under way", async () => {
    const { poller, polls } = scripted({ maximum: 3, size: 10 });
    poller.start();
    await until(() => polls.length === 3);
    await turn();
    expect(poller.outstanding).toBe(3);
  });

  test("a failed poll is tried again after its delay, with the same slot", async () => {
    const { poller, polls, slots, clock } = scripted();
    poller.start();
    await until(() => polls.length === 1);
    polls[0]!.reject(rpcError(GrpcStatus.UNAVAILABLE));
    await clock.advance(199);
    expect(polls).toHaveLength(1);
    await clock.advance(1);
    expect(polls).toHaveLength(2);
    expect(slots.used).toBe(1);
  });

  test("a connection that was closed on this side is fatal at once", async () => {
    const { poller, polls, fatal } = scripted();
    poller.start();
    await until(() => polls.length > 0);
    const error = new RpcError({ status: GrpcStatus.UNAVAILABLE, details: "closed", reason: "closed" });
    for (const poll of polls) poll.reject(error);
    await until(() => fatal.length > 0);
    expect(fatal).toEqual([error]);
    await poller.drained();
  });

  test("a refusal that lasts a minute is fatal and ends all loops", async () => {
    const { poller, polls, fatal, clock, slots } = scripted();
    poller.start();
    for (let attempt = 0; attempt < 7; attempt += 1) {
      await until(() => polls.length === attempt + 1);
      polls[attempt]!.reject(rpcError(GrpcStatus.PERMISSION_DENIED, "no access"));
      await clock.advance(10_000);
    }
    await poller.drained();
    expect(fatal).toHaveLength(1);
    expect(fatal[0]).toMatchObject({ details: "no access" });
    expect(poller.state).toBe("FAILED");
    expect(slots.used).toBe(0);
  });

  test("stopped without a cut it waits for its polls, and a task that still comes is handed over", async () => {
    const { poller, polls, accepted } = scripted();
    poller.start();
    await until(() => polls.length === 1);
    poller.stop(false);
    polls[0]!.resolve("late");
    await poller.drained();
    expect(accepted.map(({ task }) => task)).toEqual(["late"]);
    expect(polls).toHaveLength(1);
  });

  test("stopped with a cut its polls are cancelled", async () => {
    const { poller, polls, fatal, slots } = scripted();
    poller.start();
    await until(() => polls.length === 1);
    poller.stop(true);
    await poller.drained();
    expect(fatal).toEqual([]);
    expect(slots.used).toBe(0);
    expect(poller.state).toBe("SHUTDOWN");
  });

  test("stopped while it waits before a retry it ends at once", async () => {
    const { poller, polls, clock } = scripted();
    poller.start();
    await until(() => polls.length === 1);
    polls[0]!.reject(rpcError(GrpcStatus.UNAVAILABLE));
    await until(() => clock.pending.length === 1);
    poller.stop(false);
    await poller.drained();
    expect(clock.pending).toEqual([]);
  });
});

describe("rate limit", () => {
  test("spaces starts evenly", async () => {
    const clock = new ManualClock();
    const limit = new RateLimit(2, clock);
    const startedAt: number[] = [];
    const begin = clock.nowMs();
    const all = Promise.all(
      [1, 2, 3].map(async () => {
        await limit.take(never);
        startedAt.push(clock.nowMs() - begin);
      }),
    );
    await clock.advance(2000);
    await all;
    expect(startedAt).toEqual([0, 500, 1000]);
  });
});

describe("balance of sticky and normal polls", () => {
  test("splits the polls by the ratio, at least one each", () => {
    expect(splitPollers(10, 0.2)).toEqual({ normal: 2, sticky: 8 });
    expect(splitPollers(5, 0.2)).toEqual({ normal: 1, sticky: 4 });
    expect(splitPollers(2, 0)).toEqual({ normal: 1, sticky: 1 });
    expect(splitPollers(2, 1)).toEqual({ normal: 2, sticky: 1 });
  });

  test("neither queue takes the last slot while the other has no poll", async () => {
    const balance = new StickyBalance(2);
    expect(await balance.enter("sticky", never)).toBe(true);
    let admitted = false;
    const second = balance.enter("sticky", never).then((isAdmitted) => {
      admitted = true;
      return isAdmitted;
    });
    await turn();
    expect(admitted).toBe(false);
    expect(await balance.enter("normal", never)).toBe(true);
    balance.leave("normal");
    balance.leave("sticky");
    expect(await second).toBe(true);
  });

  test("a backlog on the sticky queue holds the normal one back", async () => {
    const balance = new StickyBalance(10);
    await balance.enter("sticky", never);
    await balance.enter("normal", never);
    balance.noteStickyBacklog(3);
    let admitted = false;
    const normal = balance.enter("normal", never).then(() => {
      admitted = true;
    });
    expect(await balance.enter("sticky", never)).toBe(true);
    await turn();
    expect(admitted).toBe(false);
    balance.noteStickyBacklog(0);
    await normal;
    expect(admitted).toBe(true);
  });

  test("who stops waiting is not admitted", async () => {
    const balance = new StickyBalance(1);
    await balance.enter("sticky", never);
    await balance.enter("normal", never);
    const abort = new AbortController();
    const waiting = balance.enter("sticky", abort.signal);
    abort.abort();
    expect(await waiting).toBe(false);
  });
});
