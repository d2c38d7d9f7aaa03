import { type EventEmitter, once as nextEvent } from "node:events";
import { describe, expect, test } from "vitest";
import {
  activityInfo,
  CancelledFailure,
  cancellationDetails,
  cancellationSignal,
  cancelled,
  getClient,
  heartbeat,
  log,
  sleep,
} from "../../src/activity/mod.ts";
import { MockActivityEnvironment } from "../../src/testing/mock-activity-environment.ts";

describe("MockActivityEnvironment", () => {
  test("runs a function with its arguments, and gives what it returns", async () => {
    const env = new MockActivityEnvironment();
    await expect(env.run(async (a: number, b: number) => a + b, 2, 3)).resolves.toBe(5);
  });

  test("rejects with the very error that the activity throws", async () => {
    const error = new RangeError("too far");
    const run = new MockActivityEnvironment().run(async () => {
      throw error;
    });
    await expect(run).rejects.toBe(error);
  });

  test("shows default facts, with those of the test in their place", async () => {
    const env = new MockActivityEnvironment({ attempt: 3, heartbeatDetails: { done: 7 } });
    const info = await env.run(async () => activityInfo());
    expect(info).toMatchObject({
      attempt: 3,
      heartbeatDetails: { done: 7 },
      activityId: "test",
      taskQueue: "test",
    });
  });

  test("lets the test hear heartbeats, all or the first", async () => {
    const env = new MockActivityEnvironment();
    const all: unknown[] = [];
    const first: unknown[] = [];
    const never: unknown[] = [];
    const silent = (details: unknown): number => never.push(details);
    env.on("heartbeat", (details) => all.push(details)).once("heartbeat", (details) => first.push(details));
    env.on("heartbeat", silent).off("heartbeat", silent);
    await env.run(async () => {
      heartbeat(1);
      heartbeat({ two: 2 });
    });
    expect([all, first, never]).toEqual([[1, { two: 2 }], [1], []]);
  });

  test("has listeners as Node's EventEmitter has them", async () => {
    const env = new MockActivityEnvironment();
    const heard: string[] = [];
    const twice = (details: string): unknown => heard.push(`twice ${details}`);
    const other = (...args: string[]): unknown => heard.push(`other ${args}`);
    env.on("heartbeat", twice).addListener("heartbeat", twice).once("other", other);
    expect([env.listenerCount("heartbeat"), env.listenerCount("other")]).toEqual([2, 1]);
    await env.run(() => heartbeat("a"));
    env.removeListener("heartbeat", twice);
    await env.run(() => heartbeat("b"));
    expect(env.emit("other", "c", "d")).toBe(true);
    expect(env.emit("other")).toBe(false);
    env.removeAllListeners();
    await env.run(() => heartbeat("e"));
    expect(heard).toEqual(["twice a", "twice a", "twice b", "other c,d"]);
  });

  test("tells events.once of Node the next heartbeat", async () => {
    const env = new MockActivityEnvironment();
    // It asks for `on`, `once` and `removeListener` only.
    const next = nextEvent(env as unknown as EventEmitter, "heartbeat");
    await env.run(() => heartbeat({ done: 1 }));
    await expect(next).resolves.toEqual([{ done: 1 }]);
  });

  test("cancels: the promise, the signal, sleep and the details tell", async () => {
    const env = new MockActivityEnvironment();
    env.once("heartbeat", () => env.cancel());
    const seen = await env.run(async () => {
      heartbeat();
      const failures = await Promise.allSettled([cancelled(), sleep("1 hour")]);
      return { failures, aborted: cancellationSignal().aborted, details: cancellationDetails() };
    });
    expect(seen.aborted).toBe(true);
    expect(seen.details).toMatchObject({ cancelRequested: true, timedOut: false });
    for (const failure of seen.failures) {
      expect(failure).toMatchObject({ status: "rejected", reason: expect.any(CancelledFailure) });
    }
  });

  test("cancelled with a reason before it runs: it sees that reason, and a second call changes nothing", async () => {
    const env = new MockActivityEnvironment();
    env.cancel("WORKER_SHUTDOWN", { workerShutdown: true });
    env.cancel("PAUSED", { paused: true });
    await expect(env.run(() => cancelled())).rejects.toThrow("WORKER_SHUTDOWN");
    expect(env.context.cancellationDetails).toMatchObject({ workerShutdown: true, paused: false });
  });

  test("runs the interceptors that it is given, and logs through its logger", async () => {
    const lines: unknown[] = [];
    const unheard = (): void => {};
    const note = (_level: string, message: string, meta?: object): unknown => lines.push([message, meta]);
    const logger = {
      log: note,
      trace: unheard,
      debug: unheard,
      info: unheard,
      warn: unheard,
      error: unheard,
    };
    const env = new MockActivityEnvironment(
      {},
      {
        logger,
        interceptors: [
          () => ({
            inbound: { execute: (input, next) => next({ ...input, args: [`<${String(input.args[0])}>`] }) },
            outbound: { getLogAttributes: (input, next) => next({ ...input, added: true }) },
          }),
        ],
      },
    );
    const result = await env.run(async (text: string) => {
      log.info("working", { on: text });
      return text.length;
    }, "abc");
    expect(result).toBe(5);
    const activity = { added: true, activityId: "test" };
    const byWorker = expect.objectContaining({ ...activity, sdkComponent: "worker" });
    expect(lines).toEqual([
      ["Activity started", byWorker],
      ["working", expect.objectContaining({ ...activity, on: "<abc>", sdkComponent: "activity" })],
      ["Activity completed", byWorker],
    ]);
  });

  test("has a client only if it was given one", async () => {
    const run = new MockActivityEnvironment().run(async () => getClient());
    await expect(run).rejects.toThrow("No Client available");
  });
});
