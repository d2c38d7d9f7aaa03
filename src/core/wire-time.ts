import type { Init } from "../codec-runtime/init.ts";
import type { Duration } from "../gen/codec/google/protobuf/duration.ts";
import type { Timestamp } from "../gen/codec/google/protobuf/timestamp.ts";

/** Whole milliseconds since the epoch: nanoseconds are cut, never rounded, since workflows see the result. */
export function timestampMs(time: Timestamp): number {
  return Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000);
}

/** Milliseconds of a duration; `undefined` stays `undefined`. */
export function durationMs(duration: Duration | undefined): number | undefined {
  if (duration === undefined) return undefined;
  return Number(duration.seconds) * 1000 + duration.nanos / 1_000_000;
}

/** A duration for the wire; `undefined` stays `undefined`. */
export function durationFromMs(ms: number | undefined): Init<Duration> | undefined {
  if (ms === undefined) return undefined;
  const seconds = Math.trunc(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1_000_000) };
}
