import { expect, test, vi } from "vitest";
import { Sleeps } from "../../src/testing/sleeps.ts";

test("a sleep lasts as long as it was told, also beyond what a timer can be set to", async () => {
  vi.useFakeTimers();
  try {
    let slept = false;
    const sleeping = new Sleeps().sleep(3 * 2 ** 31).then(() => {
      slept = true;
    });
    await vi.advanceTimersByTimeAsync(3 * 2 ** 31 - 10);
    expect(slept).toBe(false);
    await vi.advanceTimersByTimeAsync(20);
    await sleeping;
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("ending all sleeps leaves no timer, and none begins any more", async () => {
  vi.useFakeTimers();
  try {
    const sleeps = new Sleeps();
    const [one, other] = [sleeps.sleep(1_000), sleeps.sleep(2 ** 40)].map((sleep) =>
      expect(sleep).rejects.toThrow("over"),
    );
    sleeps.end(new Error("over"));
    await one;
    await other;
    await expect(sleeps.sleep(0)).rejects.toThrow("over");
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("a signal ends one sleep", async () => {
  const sleeps = new Sleeps();
  const controller = new AbortController();
  const sleeping = expect(sleeps.sleep(60_000, controller.signal)).rejects.toThrow("left");
  const other = sleeps.sleep(1);
  controller.abort(new Error("left"));
  await sleeping;
  await other;
  await expect(sleeps.sleep(1, controller.signal)).rejects.toThrow("left");
});
