import { describe, expect, test } from "vitest";
import { decodeHistory } from "../../../src/gen/codec/temporal/api/history/v1/message.ts";
import { makeEvent, type StoredEvent } from "../../../src/server/history/event.ts";
import { History } from "../../../src/server/history/history.ts";

const marker = (eventId: number): StoredEvent =>
  makeEvent(
    "markerRecorded",
    { markerName: `m${eventId}`, details: { d: { payloads: [{ data: new Uint8Array(eventId) }] } } },
    { eventId, taskId: 1_000 + eventId, timeMs: eventId },
  );

/** A history with batches of these sizes. */
function history(sizes: readonly number[]): History {
  const all = new History();
  for (const size of sizes) {
    const first = all.length + 1;
    all.append(Array.from({ length: size }, (_, index) => marker(first + index)));
  }
  return all;
}

const idsOf = (bytes: Uint8Array): number[] =>
  decodeHistory(bytes).events.map(({ eventId }) => Number(eventId));

describe("a history", () => {
  const sizes = [2, 1, 3, 1, 40, 1, 1, 1, 1, 1, 1, 90, 2];
  const all = history(sizes);

  test("gives each event as it was written, its size included", () => {
    expect(all.length).toBe(145);
    expect(all.slice(1).map(({ eventId, taskId }) => [eventId, taskId])).toEqual(
      Array.from({ length: 145 }, (_, index) => [index + 1, index + 1_001]),
    );
    expect(all.get(47)?.attributes).toMatchObject({ value: { markerName: "m47" } });
    expect(all.get(0)).toBeUndefined();
    expect(all.get(146)).toBeUndefined();
    expect(all.last?.eventId).toBe(145);
    expect(all.sizeBytes).toBeGreaterThan((145 * 146) / 2);
  });

  test("knows its batches", () => {
    expect([all.batchStart(2), all.batchEnd(2)]).toEqual([1, 3]);
    expect([all.batchStart(30), all.batchEnd(30)]).toEqual([8, 48]);
    expect([all.batchStart(145), all.batchEnd(145)]).toEqual([144, 146]);
  });

  test("is paged by whole batches, by their number and their bytes", () => {
    const first = all.page(1, 146, { batches: 3, bytes: 1e6 });
    expect([idsOf(first.bytes), first.to, first.batches]).toEqual([[1, 2, 3, 4, 5, 6], 7, 3]);
    const few = all.page(7, 146, { batches: 100, bytes: 1 });
    expect([idsOf(few.bytes), few.to]).toEqual([[7], 8]);
    const large = all.page(8, 146, { batches: 100, bytes: 1 });
    expect([idsOf(large.bytes).length, large.to]).toEqual([40, 48]);
    const cut = all.page(8, 20, { batches: 100, bytes: 1e6 });
    expect([idsOf(cut.bytes).at(-1), cut.to]).toEqual([19, 20]);
    const inside = all.page(30, 146, { batches: 100, bytes: 1e6 });
    expect([idsOf(inside.bytes)[0], inside.to]).toEqual([30, 146]);
  });

  test("takes events in their order alone", () => {
    expect(() => history([3]).append([marker(5)])).toThrow("event 5 cannot follow event 3");
  });
});
