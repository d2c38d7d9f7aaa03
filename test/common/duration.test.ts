import { describe, expect, test } from "vitest";
import {
  dateToTs,
  msNumberToTs,
  msOptionalToNumber,
  msToNumber,
  msToTs,
  optionalTsToDate,
  requiredTsToMs,
  type StringValue,
  type TemporalDuration,
  tsToMs,
} from "../../src/common/duration.ts";
import { ValueError } from "../../src/common/mod.ts";
import { mergeOptions } from "../../src/workflow/activity-proxy.ts";

const ZERO = {
  years: 0,
  months: 0,
  weeks: 0,
  days: 0,
  hours: 0,
  minutes: 0,
  seconds: 0,
  milliseconds: 0,
  microseconds: 0,
  nanoseconds: 0,
};

/** As the runtime's own: fields and tag are getters of the prototype, and JSON is ISO 8601. */
function temporal(fields: Partial<Record<keyof typeof ZERO, number>>): TemporalDuration {
  const given = { ...ZERO, ...fields };
  const prototype: object = Object.defineProperties(
    { toJSON: () => "P…" },
    {
      [Symbol.toStringTag]: { value: "Temporal.Duration" },
      ...Object.fromEntries(Object.entries(given).map(([unit, value]) => [unit, { get: () => value }])),
    },
  );
  return Object.create(prototype) as TemporalDuration;
}

describe("durations are read as the ms package reads them", () => {
  const cases: [StringValue | number, number][] = [
    [1500, 1500],
    ["100", 100],
    ["10s", 10_000],
    ["5 minutes", 300_000],
    ["1.5h", 5_400_000],
    [".5 sec", 500],
    ["-3 MIN" as StringValue, -180_000],
    ["2 Days", 172_800_000],
    ["1w", 604_800_000],
    ["1y", 31_557_600_000],
    ["250 msecs", 250],
  ];
  for (const [text, ms] of cases) test(String(text), () => expect(msToNumber(text)).toBe(ms));
});

test("what is no duration is named with the option that it was given for", () => {
  for (const wrong of ["", "soon", "1 month", "1 2s", "s", Number.NaN, Number.POSITIVE_INFINITY, null, {}]) {
    expect(() => msToNumber(wrong as StringValue, "heartbeatTimeout")).toThrow(/^Invalid heartbeatTimeout: /);
    expect(() => msToNumber(wrong as StringValue)).toThrow(ValueError);
  }
  expect(msOptionalToNumber(undefined)).toBeUndefined();
});

describe("a Temporal.Duration, of whatever realm or polyfill,", () => {
  test("is read as its total in milliseconds, days having 24 hours", () => {
    const whole = {
      days: 1,
      hours: 2,
      minutes: 3,
      seconds: 4,
      milliseconds: 5,
      microseconds: 6,
      nanoseconds: 7,
    };
    expect(msToNumber(temporal(whole))).toBe(93_784_005.006007);
    expect(msToNumber(temporal({ hours: -1.0 }))).toBe(-3_600_000);
    expect(msToNumber(temporal({}))).toBe(0);
    expect(msToTs(temporal({ seconds: 1, nanoseconds: 7 }))).toEqual({ seconds: 1n, nanos: 7 });
    expect(msToTs(temporal({ seconds: 4_000_000_000, microseconds: 1500 }))).toEqual({
      seconds: 4_000_000_000n,
      nanos: 1_500_000,
    });
  });

  test.each(["years", "months", "weeks"])("is refused with %s, which depend on a calendar", (unit) => {
    const wrong = temporal({ [unit]: 1, days: 2 });
    expect(() => msToNumber(wrong, "startToCloseTimeout")).toThrow(
      `Invalid startToCloseTimeout: "P…". How long its ${unit} are depends on a calendar: give days and less, or round`,
    );
    expect(() => msToNumber(wrong)).toThrow(ValueError);
  });

  test("is told from what only looks like one", () => {
    const { [Symbol.toStringTag]: _tag, ...fields } = temporal({ seconds: 1 });
    expect(() => msToNumber(fields as TemporalDuration)).toThrow(/, or a Temporal\.Duration$/);
  });

  test("replaces an option and is not merged with another", () => {
    const merged = mergeOptions(
      { retry: { initialInterval: temporal({ seconds: 1 }), maximumAttempts: 2 } },
      { retry: { initialInterval: temporal({ minutes: 1 }), maximumAttempts: 2 } },
    );
    expect(msToNumber(merged.retry.initialInterval)).toBe(60_000);
    expect(merged.retry.maximumAttempts).toBe(2);
  });
});

describe("protobuf durations and timestamps", () => {
  test("keep fractions of a millisecond", () => {
    expect(msNumberToTs(1.1)).toEqual({ seconds: 0n, nanos: 1_100_000 });
    expect(msToTs("1.5s")).toEqual({ seconds: 1n, nanos: 500_000_000 });
    expect(msNumberToTs(999.9999999)).toEqual({ seconds: 1n, nanos: 0 });
  });

  test("of negative durations have no field of another sign", () => {
    expect(msNumberToTs(-1500)).toEqual({ seconds: -1n, nanos: -500_000_000 });
    expect(msNumberToTs(-0)).toEqual({ seconds: 0n, nanos: 0 });
  });

  test("of dates before 1970 have no negative nanos, and come back as they were", () => {
    const date = new Date(-1);
    expect(dateToTs(date)).toEqual({ seconds: -1n, nanos: 999_000_000 });
    expect(optionalTsToDate(dateToTs(date))).toEqual(date);
    expect(() => dateToTs(new Date(Number.NaN), "startAt")).toThrow(/Invalid startAt/);
  });

  test("are cut to whole milliseconds", () => {
    expect(tsToMs({ seconds: 2n, nanos: 1_999_999 })).toBe(2001);
    expect(tsToMs({})).toBe(0);
    expect(() => requiredTsToMs(undefined, "startTime")).toThrow(/startTime/);
  });

  test("have protobuf's range", () => {
    expect(() => msNumberToTs(1e18)).toThrow(ValueError);
  });
});
