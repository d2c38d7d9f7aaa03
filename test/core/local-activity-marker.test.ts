import { expect, test } from "vitest";
import type { Init } from "../../src/codec-runtime/init.ts";
import type { AttributesOf } from "../../src/core/history/event-kinds.ts";
import { LocalActivities } from "../../src/core/local-activities.ts";
import type { ScheduleLocalActivity } from "../../src/core/local-activity-jobs.ts";
import {
  isLocalActivityMarker,
  type LocalActivityMarker,
  localActivityMarkerCommand,
  markerTime,
  markerTimeMs,
  readLocalActivityMarker,
} from "../../src/core/local-activity-marker.ts";
import { HistoryBuilder } from "./history-builder.ts";

type Marker = AttributesOf<"markerRecorded">;

const text = new TextDecoder();
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const time = { seconds: 1_700_000_000, nanos: 5 };
const base: LocalActivityMarker = {
  seq: 1,
  attempt: 2,
  activityId: "1",
  activityType: "greet",
  completeTime: time,
  backoff: undefined,
  originalScheduleTime: time,
  apart: false,
  end: { kind: "completed", result: { data: bytes('"hi"') } },
};

function recorded(value: Init<Marker>): Marker {
  const h = new HistoryBuilder();
  h.add("markerRecorded", value);
  const { attributes } = h.build()[0]!;
  if (attributes.case !== "markerRecordedEventAttributes") throw new Error(attributes.case);
  return attributes.value;
}

function written(marker: LocalActivityMarker): Init<Marker> {
  const { attributes } = localActivityMarkerCommand(marker, undefined);
  if (attributes?.case !== "recordMarkerCommandAttributes") throw new Error(attributes?.case);
  return attributes.value as Init<Marker>;
}

test("the data is the JSON that all SDKs write", () => {
  const value = written(base);
  expect(value.markerName).toBe("core_local_activity");
  expect(text.decode(value.details?.["data"]?.payloads?.[0]?.data)).toBe(
    '{"seq":1,"attempt":2,"activity_id":"1","activity_type":"greet","complete_time":{"seconds":1700000000,"nanos":5},' +
      '"backoff":null,"original_schedule_time":{"seconds":1700000000,"nanos":5}}',
  );
  expect(Object.keys(value.details ?? {})).toEqual(["data", "result"]);
});

test.each<[string, LocalActivityMarker]>([
  ["a result", base],
  [
    "a back-off",
    { ...base, backoff: { seconds: 90, nanos: 0 }, end: { kind: "failed", failure: { message: "no" } } },
  ],
  ["no times", { ...base, completeTime: undefined, originalScheduleTime: undefined }],
])("what is written with %s is read again", (_, marker) => {
  const read = readLocalActivityMarker(recorded(written(marker)));
  expect(read).toMatchObject({ ...marker, end: { kind: marker.end.kind } });
});

test("a failure by cancellation means cancelled, on top or below; without a result there is an empty one", () => {
  const canceled = { message: "c", failureInfo: { case: "canceledFailureInfo", value: {} } } as const;
  const read = (failure: Init<Marker>["failure"]): string | undefined =>
    readLocalActivityMarker(recorded({ ...written({ ...base }), failure }))?.end.kind;
  expect([
    read(canceled),
    read({ message: "Local Activity cancelled", cause: canceled }),
    read({ message: "x" }),
  ]).toEqual(["cancelled", "cancelled", "failed"]);
  const nothing = written({ ...base, end: { kind: "completed", result: undefined } });
  expect(Object.keys(nothing.details ?? {})).toEqual(["data"]);
  expect(readLocalActivityMarker(recorded(nothing))?.end).toEqual({ kind: "completed", result: {} });
});

test.each(["{", "7", '{"seq":"1"}', '{"seq":1,"attempt":1}'])("data that is %s cannot be read", (data) => {
  const marker = recorded({
    markerName: "core_local_activity",
    details: { data: { payloads: [{ data: bytes(data) }] } },
  });
  expect(isLocalActivityMarker(marker)).toBe(true);
  expect(readLocalActivityMarker(marker)).toBeUndefined();
});

test("times go to the nanosecond and are cut to milliseconds", () => {
  expect(markerTime(1500.25)).toEqual({ seconds: 1, nanos: 500_250_000 });
  expect(markerTimeMs({ seconds: 1, nanos: 1_999_999 })).toBe(1001);
});

test("the ledger hands out requests once, counts what is outstanding and forgets all at the end", () => {
  const request = (seq: number): ScheduleLocalActivity => ({
    kind: "scheduleLocalActivity",
    seq,
    activityId: `${seq}`,
    activityType: "greet",
    headers: {},
    args: [],
    attempt: 1,
    cancellationType: "TRY_CANCEL",
  });
  const locals = new LocalActivities();
  for (const seq of [1, 2, 3]) locals.request(request(seq));
  expect(locals.withdraw(2)?.seq).toBe(2);
  expect(locals.withdraw(2)).toBeUndefined();
  locals.cancel(1);
  expect(locals.outstanding).toBe(2);
  expect(locals.take()).toMatchObject({ schedule: [{ seq: 1 }, { seq: 3 }], cancel: [], cancelAll: false });
  expect(locals.hasRequests).toBe(false);
  locals.cancel(1);
  expect(locals.take()).toEqual({ schedule: [], cancel: [1], cancelAll: false });
  locals.settled(1);
  expect(locals.outstanding).toBe(1);
  for (const seq of [7, 8]) locals.know({ ...base, seq });
  expect(locals.nextKnown?.seq).toBe(7);
  expect(locals.takeKnown(8)?.seq).toBe(8);
  expect(locals.takeKnown(8)).toBeUndefined();
  locals.request(request(4));
  locals.end();
  expect(locals.outstanding).toBe(0);
  expect(locals.hasRequests).toBe(true);
  expect(locals.take()).toEqual({ schedule: [], cancel: [], cancelAll: true });
  expect(locals.hasRequests).toBe(false);
});
