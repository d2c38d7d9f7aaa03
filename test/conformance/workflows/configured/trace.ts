/** The header that the interceptors of this folder carry. */
import type { Headers } from "perdure/common";

/** A header with this text. */
export function handed(text: string): Headers[string] {
  const encoder = new TextEncoder();
  return { metadata: { encoding: encoder.encode("json/plain") }, data: encoder.encode(JSON.stringify(text)) };
}

/** The text of the header; `nobody` without one. */
export function traceOf({ trace }: Headers): string {
  return trace?.data ? JSON.parse(new TextDecoder().decode(trace.data)) : "nobody";
}
