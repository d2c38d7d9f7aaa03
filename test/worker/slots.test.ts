import { describe, expect, test } from "vitest";
import { FixedSlots } from "../../src/worker/slots/fixed.ts";

const never = new AbortController().signal;

describe("fixed slots", () => {
  test("gives out as many permits as there are slots", () => {
    const slots = new FixedSlots(2);
    expect(slots.tryReserve()).toBeDefined();
    expect(slots.tryReserve()).toBeDefined();
    expect(slots.tryReserve()).toBeUndefined();
    expect(slots.used).toBe(2);
  });

  test("a slot given back goes to the one who waits longest", async () => {
    const slots = new FixedSlots(1);
    const first = slots.tryReserve();
    const order: string[] = [];
    const waiting = ["a", "b"].map(async (name) => {
      const permit = await slots.reserve(never);
      order.push(name);
      permit?.release();
    });
    first?.release();
    await Promise.all(waiting);
    expect(order).toEqual(["a", "b"]);
    expect(slots.used).toBe(0);
  });

  test("a permit given back twice counts once", () => {
    const slots = new FixedSlots(2);
    const permit = slots.tryReserve();
    slots.tryReserve();
    permit?.release();
    permit?.release();
    expect(slots.used).toBe(1);
  });

  test("who stops waiting gets nothing and takes nothing", async () => {
    const slots = new FixedSlots(1);
    const held = slots.tryReserve();
    const abort = new AbortController();
    const waiting = slots.reserve(abort.signal);
    abort.abort();
    expect(await waiting).toBeUndefined();
    held?.release();
    expect(slots.used).toBe(0);
    expect(await slots.reserve(abort.signal)).toBeUndefined();
  });
});
