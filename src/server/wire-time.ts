import type { Init } from "../codec-runtime/init.ts";
import type { Duration } from "../gen/codec/google/protobuf/duration.ts";
import type { Timestamp } from "../gen/codec/google/protobuf/timestamp.ts";

/** Longest duration that counts; longer ones are cut, as the real server does (100 years). */
export const MAX_DURATION_MS: number = 100 * 365 * 24 * 3_600_000;

/** Milliseconds since the epoch, fractions kept. */
export function timestampMs(time: Init<Timestamp>): number {
  return Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}

/** Milliseconds; undefined stays so. */
export function durationMs(duration: Init<Duration> | undefined): number | undefined {
  if (duration === undefined) return undefined;
  return Number(duration.seconds ?? 0) * 1000 + (duration.nanos ?? 0) / 1e6;
}

/** A duration on the wire; undefined stays so. */
export function toDuration(ms: number): Init<Duration>;
export function toDuration(ms: number | undefined): Init<Duration> | undefined;
export function toDuration(ms: number | undefined): Init<Duration> | undefined {
  if (ms === undefined) return undefined;
  const seconds = Math.trunc(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

/** What is wrong with a duration, in the real server's words; undefined: nothing, or there is none. */
export function durationFault(duration: Init<Duration> | undefined): string | undefined {
  const seconds = Number(duration?.seconds ?? 0);
  const nanos = duration?.nanos ?? 0;
  if ((seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0)) {
    return "duration has seconds and nanos with different signs";
  }
  return seconds < 0 || nanos < 0 ? "negative duration" : undefined;
}
