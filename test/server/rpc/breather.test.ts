import { describe, expect, test } from "vitest";
import { Breather } from "../../../src/server/rpc/breather.ts";

describe("calls that follow each other without end", () => {
  test("let the event loop turn", async () => {
    const breather = new Breather();
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const endMs = performance.now() + 100;
    while (performance.now() < endMs) await breather.pause();
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  test("go on in their order", async () => {
    const breather = new Breather();
    const order: number[] = [];
    const call = async (index: number): Promise<void> => {
      const pause = breather.pause();
      if (pause) await pause;
      order.push(index);
    };
    const calls = [call(0)];
    const endMs = performance.now() + 15;
    while (performance.now() < endMs);
    expect(breather.pause()).toBeInstanceOf(Promise);
    for (let index = 1; index < 5; index += 1) calls.push(call(index));
    await Promise.all(calls);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  test("do not wait while they are few", () => {
    const breather = new Breather();
    expect(breather.pause()).toBeUndefined();
    expect(breather.pause()).toBeUndefined();
  });
});
