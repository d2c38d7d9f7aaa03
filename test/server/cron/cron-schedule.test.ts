import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cronBackoffMs, cronFault } from "../../../src/server/cron/cron-backoff.ts";
import { parseCron } from "../../../src/server/cron/cron-schedule.ts";

/**
 * Moments that robfig's library (v3.0.1) found, which the real server uses: schedule, seconds since the epoch from which it
 * looked, and the seconds from each moment to the next; "error" for what it does not read, "never" for what never comes.
 */
type Row = readonly [schedule: string, from: number, ...next: readonly (number | string)[]];

const ROWS: readonly Row[] = JSON.parse(
  readFileSync(new URL("./robfig-3.0.1.json", import.meta.url), "utf8"),
) as Row[];

function ours([text, from, ...wanted]: Row): Row {
  const schedule = parseCron(text);
  if (schedule === undefined) return [text, from, "error"];
  const found: (number | string)[] = [];
  let atMs = from * 1_000;
  for (const _ of wanted) {
    const nextMs = schedule.nextAfter(atMs);
    if (nextMs === undefined) return [text, from, ...found, "never"];
    found.push((nextMs - atMs) / 1_000);
    atMs = nextMs;
  }
  return [text, from, ...found];
}

const HAND_WRITTEN = ROWS.findIndex(([text]) => text === "CRON_TZ=Europe/Berlin 30 2 * * *");

describe("finds the moments that the real server's library finds", () => {
  test("the table has what the tests are about", () => {
    expect(HAND_WRITTEN).toBeGreaterThan(150);
    expect(ROWS.length).toBeGreaterThan(1_400);
  });

  test.each(
    ROWS.slice(0, HAND_WRITTEN).map((row) => [`${JSON.stringify(row[0])} from ${row[1]}`, row] as const),
  )("%s", (_, row) => {
    expect(ours(row)).toEqual(row);
  });

  test("where clocks are put forward and back, and random schedules", () => {
    const different = ROWS.slice(HAND_WRITTEN).filter(
      (row) => JSON.stringify(ours(row)) !== JSON.stringify(row),
    );
    expect(different).toEqual([]);
  });
});

describe("clocks that change", () => {
  const next = (text: string, from: string, count: number): string[] => {
    const found: string[] = [];
    let atMs: number | undefined = Date.parse(from);
    for (let index = 0; index < count && atMs !== undefined; index += 1) {
      atMs = parseCron(text)?.nextAfter(atMs);
      if (atMs !== undefined) found.push(new Date(atMs).toISOString());
    }
    return found;
  };

  test("an hour that is skipped: that day is passed over", () => {
    expect(next("CRON_TZ=Europe/Berlin 30 2 * * *", "2026-03-28T00:00:00Z", 2)).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
  });

  test("an hour that is repeated: it comes twice where hours are counted, once where the day begins it", () => {
    expect(next("CRON_TZ=Europe/Berlin 30 * * * *", "2026-10-24T23:45:00Z", 3)).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-25T01:30:00.000Z",
      "2026-10-25T02:30:00.000Z",
    ]);
    expect(next("CRON_TZ=Europe/Berlin 0 9 * * *", "2026-10-24T23:45:00Z", 1)).toEqual([
      "2026-10-25T08:00:00.000Z",
    ]);
  });

  test("a day that never was", () => {
    expect(next("CRON_TZ=Pacific/Apia 0 12 30 12 *", "2011-01-01T00:00:00Z", 1)).toEqual([
      "2012-12-29T22:00:00.000Z",
    ]);
  });
});

describe("what is wrong with a schedule, in the real server's words", () => {
  const nowMs = Date.UTC(2026, 10, 23);
  test.each([
    "bad",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "* * * * 7",
    "@reboot",
    "CRON_TZ=Nowhere/City 0 1 * * *",
  ])("%s cannot be read", (text) => {
    expect(cronFault(text, nowMs)).toBe("invalid CronSchedule.");
  });

  test.each(["0 0 30 2 *", "0 0 31 2 *", ", * * * *"])("%s never comes", (text) => {
    expect(cronFault(text, nowMs)).toBe("invalid CronSchedule, no time can be found to satisfy the schedule");
  });

  test.each(["", "@every 0s", "0 0 29 2 *", "TZ=UTC 0 1 * * *"])("%j is well", (text) => {
    expect(cronFault(text, nowMs)).toBeUndefined();
  });

  test("a zone and nothing else is a fault", () => {
    expect(cronFault("CRON_TZ=UTC", nowMs)).toBe("invalid CronSchedule.");
  });
});

describe("how long the next run waits", () => {
  const at = (text: string, from: string, now = from): number | undefined => {
    const schedule = parseCron(text);
    if (schedule === undefined) throw new Error(`${text} cannot be read`);
    return cronBackoffMs(schedule, { executionMs: Date.parse(from), nowMs: Date.parse(now) });
  };

  test("until the first moment after the start, in full seconds, rounded up", () => {
    expect(at("*/5 * * * *", "2026-11-23T10:01:00Z")).toBe(240_000);
    expect(at("*/5 * * * *", "2026-11-23T10:01:00.001Z")).toBe(240_000);
    expect(at("*/5 * * * *", "2026-11-23T10:05:00Z")).toBe(300_000);
    expect(at("@every 10s", "2026-11-23T10:00:00.400Z")).toBe(10_000);
  });

  test("moments that passed while the run went on are left out", () => {
    expect(at("*/5 * * * *", "2026-11-23T10:01:00Z", "2026-11-23T10:17:30Z")).toBe(150_000);
    expect(at("*/5 * * * *", "2026-11-23T10:01:00Z", "2026-11-23T10:20:00Z")).toBe(0);
    // Counted on from the start, not from the end.
    expect(at("@every 1h", "2026-11-23T10:00:00Z", "2026-11-23T12:30:00Z")).toBe(1_800_000);
    expect(at("@every 1s", "1996-01-01T00:00:00Z", "2026-11-23T12:30:00.500Z")).toBe(1_000);
  });

  test("a clock that went back counts from the start", () => {
    expect(at("0 * * * *", "2026-11-23T10:30:00Z", "2026-11-23T09:00:00Z")).toBe(1_800_000);
  });

  test("a schedule that has no more moments has no wait", () => {
    expect(at("0 0 30 2 *", "2026-11-23T10:30:00Z")).toBeUndefined();
  });
});
