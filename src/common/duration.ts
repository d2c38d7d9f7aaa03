import { ValueError } from "./errors.ts";
import { isRecord, showValue } from "./type-guards.ts";

type Unit =
  | "Years"
  | "Year"
  | "Yrs"
  | "Yr"
  | "Y"
  | "Weeks"
  | "Week"
  | "W"
  | "Days"
  | "Day"
  | "D"
  | "Hours"
  | "Hour"
  | "Hrs"
  | "Hr"
  | "H"
  | "Minutes"
  | "Minute"
  | "Mins"
  | "Min"
  | "M"
  | "Seconds"
  | "Second"
  | "Secs"
  | "Sec"
  | "s"
  | "Milliseconds"
  | "Millisecond"
  | "Msecs"
  | "Msec"
  | "Ms";

type UnitAnyCase = Unit | Uppercase<Unit> | Lowercase<Unit>;

/** A duration as text: a number and a unit, for example `"5 minutes"`, `"1.5h"`, `"10s"`; without a unit, milliseconds. */
export type StringValue = `${number}` | `${number}${UnitAnyCase}` | `${number} ${UnitAnyCase}`;

/** What Perdure reads of a `Temporal.Duration`: the runtime's own or a polyfill's, of any realm. */
export interface TemporalDuration {
  readonly [Symbol.toStringTag]: "Temporal.Duration";
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
  readonly microseconds: number;
  readonly nanoseconds: number;
}

/**
 * A duration: milliseconds as a number, text such as `"5 minutes"`, or a `Temporal.Duration` of days (24 hours each) and
 * what is shorter.
 */
export type Duration = StringValue | number | TemporalDuration;

/** `google.protobuf.Timestamp` and `google.protobuf.Duration`, which have the same fields. */
export interface Timestamp {
  readonly seconds?: bigint | number | undefined;
  readonly nanos?: number | undefined;
}

/** A whole protobuf timestamp or duration, as encoders take it. */
export interface ProtoTime {
  seconds: bigint;
  nanos: number;
}

const PATTERN = /^(-?\d*\.?\d+) *([a-z]+)?$/i;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: readonly (readonly [ms: number, names: string])[] = [
  [1, "ms msec msecs millisecond milliseconds"],
  [SECOND, "s sec secs second seconds"],
  [MINUTE, "m min mins minute minutes"],
  [HOUR, "h hr hrs hour hours"],
  [DAY, "d day days"],
  [7 * DAY, "w week weeks"],
  [365.25 * DAY, "y yr yrs year years"],
];
const MS_BY_UNIT: ReadonlyMap<string, number> = new Map(
  UNITS.flatMap(([ms, names]) => names.split(" ").map((name) => [name, ms] as const)),
);

/** Bounds of protobuf's own `Duration`: about 10,000 years. */
const LARGEST_MS = 315_576_000_000 * SECOND;

/**
 * Whether a value is a `Temporal.Duration`, of this realm, another one or a polyfill.
 *
 * @example
 * ```ts
 * isTemporalDuration(Temporal.Duration.from("PT5M")); // true
 * ```
 */
export function isTemporalDuration(value: unknown): value is TemporalDuration {
  return isRecord(value) && Reflect.get(value, Symbol.toStringTag) === "Temporal.Duration";
}

/** As `Temporal.Duration.prototype.total` without `relativeTo`: days have 24 hours, what depends on a calendar is refused. */
function temporalToMs(value: TemporalDuration, name: string): number {
  const { years, months, weeks } = value;
  const calendar = Object.entries({ years, months, weeks }).find(([, amount]) => amount !== 0);
  if (calendar !== undefined) {
    throw new ValueError(
      `Invalid ${name}: ${showValue(value)}. How long its ${calendar[0]} are depends on a calendar: give days and less, ` +
        "or round the Temporal.Duration with a relativeTo first",
    );
  }
  const finer = value.microseconds / 1e3 + value.nanoseconds / 1e6;
  const seconds = value.seconds * SECOND + value.milliseconds + finer;
  return value.days * DAY + value.hours * HOUR + value.minutes * MINUTE + seconds;
}

/**
 * A duration in milliseconds. Text is read as the `ms` package reads it.
 *
 * @param name what the duration is for, named in the error
 * @throws {ValueError} when the text is not a duration, the number is not finite, or a `Temporal.Duration` has years,
 *   months or weeks
 * @example
 * ```ts
 * msToNumber("1.5h"); // 5400000
 * ```
 */
export function msToNumber(value: Duration, name = "duration"): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && value.length <= 100) {
    const match = PATTERN.exec(value);
    const unit = MS_BY_UNIT.get(match?.[2]?.toLowerCase() ?? "ms");
    if (match !== null && unit !== undefined) return Number(match[1]) * unit;
  }
  if (isTemporalDuration(value)) return temporalToMs(value, name);
  throw new ValueError(
    `Invalid ${name}: ${showValue(value)}. Give milliseconds as a finite number, text such as "10s", "5 minutes" or "1.5h", ` +
      "or a Temporal.Duration",
  );
}

/**
 * As {@link msToNumber}; undefined stays undefined.
 *
 * @example
 * ```ts
 * msOptionalToNumber(undefined); // undefined
 * ```
 */
export function msOptionalToNumber(value: Duration | null | undefined, name?: string): number | undefined {
  return value === undefined || value === null ? undefined : msToNumber(value, name);
}

/**
 * Milliseconds as a protobuf duration or timestamp, to the nanosecond. Negative durations have both fields negative or
 * zero; use {@link dateToTs} for times before 1970.
 *
 * @throws {ValueError} when it is not finite or beyond protobuf's range
 * @example
 * ```ts
 * msNumberToTs(1500); // { seconds: 1n, nanos: 500000000 }
 * ```
 */
export function msNumberToTs(ms: number, name = "duration"): ProtoTime {
  if (!(Math.abs(ms) <= LARGEST_MS)) {
    throw new ValueError(`Invalid ${name}: ${ms} ms. It must be a finite number of at most ${LARGEST_MS} ms`);
  }
  let seconds = Math.trunc(ms / SECOND);
  let nanos = Math.round((ms - seconds * SECOND) * 1e6);
  if (Math.abs(nanos) >= 1e9) {
    seconds += Math.sign(nanos);
    nanos = 0;
  }
  return { seconds: BigInt(seconds), nanos: nanos + 0 };
}

/**
 * A duration as a protobuf duration.
 *
 * @throws {ValueError} when it is not a duration
 * @example
 * ```ts
 * msToTs("2 minutes"); // { seconds: 120n, nanos: 0 }
 * ```
 */
export function msToTs(value: Duration, name?: string): ProtoTime {
  return msNumberToTs(msToNumber(value, name), name);
}

/**
 * As {@link msToTs}; undefined stays undefined.
 *
 * @example
 * ```ts
 * msOptionalToTs(undefined); // undefined
 * ```
 */
export function msOptionalToTs(value: Duration | null | undefined, name?: string): ProtoTime | undefined {
  return value === undefined || value === null ? undefined : msToTs(value, name);
}

/**
 * A protobuf duration or timestamp in whole milliseconds; what is finer is cut off.
 *
 * @throws {ValueError} when it is absent
 * @example
 * ```ts
 * tsToMs({ seconds: 1n, nanos: 500_000_000 }); // 1500
 * ```
 */
export function tsToMs(ts: Timestamp | null | undefined): number {
  return requiredTsToMs(ts, "a timestamp");
}

/**
 * As {@link tsToMs}, naming the field that must be there.
 *
 * @throws {ValueError} when it is absent
 * @example
 * ```ts
 * requiredTsToMs(event.eventTime, "eventTime");
 * ```
 */
export function requiredTsToMs(ts: Timestamp | null | undefined, fieldName: string): number {
  if (ts === undefined || ts === null) throw new ValueError(`Expected ${fieldName} to be set, got ${ts}`);
  return Number(ts.seconds ?? 0) * SECOND + Math.floor((ts.nanos ?? 0) / 1e6);
}

/**
 * As {@link tsToMs}; absent stays undefined.
 *
 * @example
 * ```ts
 * optionalTsToMs(undefined); // undefined
 * ```
 */
export function optionalTsToMs(ts: Timestamp | null | undefined): number | undefined {
  return ts === undefined || ts === null ? undefined : tsToMs(ts);
}

/**
 * A protobuf timestamp as a `Date`.
 *
 * @throws {ValueError} when it is absent
 * @example
 * ```ts
 * tsToDate({ seconds: 0n }); // 1970-01-01T00:00:00.000Z
 * ```
 */
export function tsToDate(ts: Timestamp): Date {
  return new Date(tsToMs(ts));
}

/**
 * As {@link tsToDate}, naming the field that must be there.
 *
 * @throws {ValueError} when it is absent
 * @example
 * ```ts
 * requiredTsToDate(info.startTime, "startTime");
 * ```
 */
export function requiredTsToDate(ts: Timestamp | null | undefined, fieldName: string): Date {
  return new Date(requiredTsToMs(ts, fieldName));
}

/**
 * As {@link tsToDate}; absent stays undefined.
 *
 * @example
 * ```ts
 * optionalTsToDate(info.closeTime);
 * ```
 */
export function optionalTsToDate(ts: Timestamp | null | undefined): Date | undefined {
  return ts === undefined || ts === null ? undefined : tsToDate(ts);
}

/**
 * A `Date` as a protobuf timestamp (`nanos` never negative).
 *
 * @throws {ValueError} when the date is invalid
 * @example
 * ```ts
 * dateToTs(new Date(1500)); // { seconds: 1n, nanos: 500000000 }
 * ```
 */
export function dateToTs(date: Date, name = "date"): ProtoTime {
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw new ValueError(`Invalid ${name}: not a valid Date`);
  const seconds = Math.floor(ms / SECOND);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * SECOND) * 1e6 };
}

/**
 * As {@link dateToTs}; absent stays undefined.
 *
 * @example
 * ```ts
 * optionalDateToTs(undefined); // undefined
 * ```
 */
export function optionalDateToTs(date: Date | null | undefined): ProtoTime | undefined {
  return date === undefined || date === null ? undefined : dateToTs(date);
}
