// Numbers, times and durations as Go's strconv and time packages read them.

const MAX_INT64 = 2n ** 63n;

/** A decimal integer of 64 bits; undefined if it is none. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = text.startsWith("+") ? BigInt(text.slice(1)) : BigInt(text);
  return value < MAX_INT64 && value >= -MAX_INT64 ? value : undefined;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** A time by RFC 3339, in milliseconds since the epoch with a fraction; undefined if it is none. */
export function parseTimeMs(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as Six;
  const [fraction = "0", sign = "+", offsetHours = "0", offsetMinutes = "0"] = parts.slice(7);
  if (hour > 23 || minute > 59 || second > 59 || Number(offsetHours) > 24 || Number(offsetMinutes) > 60) {
    return undefined;
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  // A day that its month does not have rolls over.
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return undefined;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return date.getTime() + Number(`0.${fraction.slice(0, 9)}`) * 1_000 - (sign === "-" ? -offsetMs : offsetMs);
}

type Six = [number, number, number, number, number, number];

const UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const PARTS = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const DURATION = /^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/;
const CLOCK = /^\s*([+-]?\d+):([+-]?\d+):([+-]?\d+)/;
const DAYS = /(\d+\.?\d*|\.\d+)d/g;

/**
 * A duration in nanoseconds: an integer of them, Go's form (`1h30m`, with `d` for days), or `hh:mm:ss`. Undefined if it is none.
 */
export function parseDurationNs(text: string): number | undefined {
  const whole = parseInt64(text);
  if (whole !== undefined) return Number(whole);
  return parseGoDuration(text) ?? parseClock(text);
}

function parseGoDuration(text: string): number | undefined {
  const hours = text.replace(DAYS, (_, days: string) => `${(24 * Number(days)).toFixed(6)}h`);
  if (!DURATION.test(hours)) return undefined;
  let ns = 0;
  for (const [, amount, unit] of hours.matchAll(PARTS)) ns += Number(amount) * (UNITS_NS[unit ?? ""] ?? 0);
  if (ns >= Number(MAX_INT64)) return undefined;
  return hours.startsWith("-") ? -Math.trunc(ns) : Math.trunc(ns);
}

function parseClock(text: string): number | undefined {
  const [, hours, minutes, seconds] = (CLOCK.exec(text) ?? []).map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined || hours < 0) return undefined;
  if (minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1e9;
}
