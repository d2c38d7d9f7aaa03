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
  tsToMs,
} from "../../src/common/duration.ts";
import { ValueError } from "../../src/common/mod.ts";

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
