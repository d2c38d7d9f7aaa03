import {
  type CronField,
  DAYS,
  type FieldRange,
  HOURS,
  MINUTES,
  MONTHS,
  parseField,
  WEEKDAYS,
} from "./cron-field.ts";
import { CronSearch } from "./cron-search.ts";
import { goDurationMs } from "./go-duration.ts";
import { type TimeZone, timeZone } from "./local-time.ts";

/** When something recurs. */
export interface CronSchedule {
  /** The first moment after another, in milliseconds since the epoch; undefined: none within five years. */
  nextAfter(epochMs: number): number | undefined;
  /** The first moment, counted on from one after `fromMs`, that is not before `leastMs`. */
  nextNotBefore(fromMs: number, leastMs: number): number | undefined;
}

const SECOND_MS = 1_000;

const NAMED: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/**
 * Reads a cron schedule: five fields, `@daily` and the like, or `@every <duration>`; before it, `CRON_TZ=<zone>`.
 *
 * @returns undefined when it cannot be read
 * @example
 * ```ts
 * parseCron("CRON_TZ=Europe/Berlin 0 9 * * mon-fri")?.nextAfter(Date.now());
 * ```
 */
export function parseCron(text: string): CronSchedule | undefined {
  const zoned = /^(?:CRON_)?TZ=([^ ]*)( .*)?$/s.exec(text);
  // A zone and nothing else is a fault, which the real server does not survive.
  if (zoned !== null && zoned[2] === undefined) return undefined;
  const zone = timeZone(zoned?.[1] ?? "UTC");
  if (zone === undefined) return undefined;
  const spec = zoned === null ? text : (zoned[2] ?? "").trim();
  if (!spec.startsWith("@")) return parseFields(spec, zone);
  if (spec.startsWith("@every ")) return parseInterval(spec.slice("@every ".length));
  const fields = NAMED.get(spec);
  return fields === undefined ? undefined : parseFields(fields, zone);
}

function parseInterval(text: string): CronSchedule | undefined {
  const ms = goDurationMs(text);
  return ms === undefined ? undefined : everySoOften(Math.max(SECOND_MS, ms - (ms % SECOND_MS)));
}

function parseFields(text: string, zone: TimeZone): CronSchedule | undefined {
  const texts = text.split(/\s+/).filter((part) => part !== "");
  if (texts.length !== 5) return undefined;
  const read = (index: number, range: FieldRange): CronField | undefined =>
    parseField(texts[index] ?? "", range);
  const minute = read(0, MINUTES);
  const hour = read(1, HOURS);
  const day = read(2, DAYS);
  const month = read(3, MONTHS);
  const weekday = read(4, WEEKDAYS);
  if (!minute || !hour || !day || !month || !weekday) return undefined;
  const nextAfter = (epochMs: number): number | undefined =>
    new CronSearch({ minute, hour, day, month, weekday }, zone, epochMs).find();
  // All moments are full seconds: the first after what comes just before is the first that is not before.
  return { nextAfter, nextNotBefore: (fromMs, leastMs) => nextAfter(Math.max(fromMs, leastMs - 1)) };
}

/** On full seconds. */
function everySoOften(everyMs: number): CronSchedule {
  const nextAfter = (epochMs: number): number => Math.floor(epochMs / SECOND_MS) * SECOND_MS + everyMs;
  return {
    nextAfter,
    nextNotBefore: (fromMs, leastMs) => {
      const firstMs = nextAfter(fromMs);
      return firstMs + Math.max(0, Math.ceil((leastMs - firstMs) / everyMs)) * everyMs;
    },
  };
}
