import { parseTimeMs } from "./go-parse.ts";
import type { RowPlace } from "./visibility-entry.ts";

/** Stands for "not closed". */
const FAR_FUTURE = "9999-12-31T23:59:59Z";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A place in a list as callers carry it from page to page. */
export function writePageToken({ closeTimeMs, startTimeMs, sequence }: RowPlace): Uint8Array {
  return encoder.encode(
    JSON.stringify({
      CloseTime: closeTimeMs === undefined ? FAR_FUTURE : new Date(closeTimeMs).toISOString(),
      StartTime: new Date(startTimeMs).toISOString(),
      Sequence: sequence,
    }),
  );
}

/** The place; undefined if the token is none of ours. */
export function readPageToken(token: Uint8Array): RowPlace | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(token));
  } catch {
    return undefined;
  }
  const { CloseTime, StartTime, Sequence } = (parsed ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof CloseTime !== "string" || typeof StartTime !== "string" || typeof Sequence !== "number") {
    return undefined;
  }
  const startTimeMs = parseTimeMs(StartTime);
  const closeTimeMs = CloseTime === FAR_FUTURE ? undefined : parseTimeMs(CloseTime);
  if (startTimeMs === undefined || (closeTimeMs === undefined && CloseTime !== FAR_FUTURE)) return undefined;
  return { closeTimeMs, startTimeMs, sequence: Sequence };
}
