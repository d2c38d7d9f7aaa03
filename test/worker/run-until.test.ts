import { describe, expect, test } from "vitest";
import { runUntilDone } from "../../src/worker/run-until.ts";
import { ManualClock, until } from "./manual-clock.ts";

function fakeWorker() {
  let end: () => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const running = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  let stops = 0;
  return {
    worker: {
      run: () => running,
      stop: () => {
        stops += 1;
        end();
      },
    },
    end,
    fail,
    stops: () => stops,
  };
}

describe("runUntil", () => {
  test("stops the worker when the work is done and gives its result", async () => {
    const { worker, stops } = fakeWorker();
    const clock = new ManualClock();
    expect(await runUntilDone(worker, async () => 42, { timeoutMs: 0, clock })).toBe(42);
    expect(stops()).toBe(1);
  });

  test("passes the work's error on, after the worker has stopped", async () => {
    const { worker, stops } = fakeWorker();
    const failing = Promise.reject(new Error("work"));
    await expect(runUntilDone(worker, failing, { timeoutMs: 0, clock: new ManualClock() })).rejects.toThrow(
      "work",
    );
    expect(stops()).toBe(1);
  });

  test("a function that throws at once is an error of the work", async () => {
    const { worker } = fakeWorker();
    const work = (): Promise<void> => {
      throw new Error("at once");
    };
    await expect(runUntilDone(worker, work, { timeoutMs: 0, clock: new ManualClock() })).rejects.toThrow(
      "at once",
    );
  });

  test("the worker's error wins over a result", async () => {
    const { worker, fail } = fakeWorker();
    fail(new Error("worker"));
    await expect(
      runUntilDone(worker, Promise.resolve(1), { timeoutMs: 0, clock: new ManualClock() }),
    ).rejects.toThrow("worker");
  });

  test("two errors are combined", async () => {
    const { worker, fail } = fakeWorker();
    const both = runUntilDone(worker, Promise.reject(new Error("work")), {
      timeoutMs: 0,
      clock: new ManualClock(),
    });
    fail(new Error("worker"));
    await expect(both).rejects.toMatchObject({
      code: "COMBINED_WORKER_RUN",
      cause: { workerError: { message: "worker" }, innerError: { message: "work" } },
    });
  });

  test("when the worker ends first the work has no time left by default", async () => {
    const { worker, end } = fakeWorker();
    end();
    await expect(
      runUntilDone(worker, new Promise(() => {}), { timeoutMs: 0, clock: new ManualClock() }),
    ).rejects.toMatchObject({ code: "PROMISE_COMPLETION_TIMEOUT" });
  });

  test("… or as much as it is given", async () => {
    const { worker, end } = fakeWorker();
    const clock = new ManualClock();
    let finish: (value: string) => void = () => {};
    const work = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const result = runUntilDone(worker, work, { timeoutMs: 1000, clock });
    end();
    await until(() => clock.pending.length === 1);
    await clock.advance(999);
    finish("in time");
    expect(await result).toBe("in time");
    expect(clock.pending).toEqual([]);
  });
});
