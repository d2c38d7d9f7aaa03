import type { Init } from "../../codec-runtime/init.ts";
import type { Memo, Payload, SearchAttributes } from "../../gen/codec/temporal/api/common/v1/message.ts";

/** Whether a payload stands for nothing: one without data, JSON's `null`, or an empty list. */
export function isNullPayload(payload: Init<Payload>): boolean {
  const { data, metadata } = payload;
  if (data === undefined || data.length === 0) return true;
  const encoding = metadata?.["encoding"];
  return encoding !== undefined && text(encoding) === "json/plain" && isNullText(data);
}

/** A memo as a run begins with it: without what stands for nothing; undefined when that leaves nothing. */
export function presentMemo(memo: Init<Memo> | undefined): Init<Memo> | undefined {
  const fields: Record<string, Init<Payload>> = {};
  for (const [key, payload] of Object.entries(memo?.fields ?? {})) {
    if (payload !== undefined && !isNullPayload(payload)) fields[key] = payload;
  }
  return isEmpty(fields) ? undefined : { fields };
}

/** Search attributes that were checked; undefined when there are none. */
export function presentAttributes(
  indexedFields: Readonly<Record<string, Init<Payload>>>,
): Init<SearchAttributes> | undefined {
  return isEmpty(indexedFields) ? undefined : { indexedFields };
}

function isEmpty(fields: Readonly<Record<string, unknown>>): boolean {
  for (const _ in fields) return false;
  return true;
}

const decoder = new TextDecoder();
const text = (bytes: Uint8Array): string => decoder.decode(bytes);
const isNullText = (bytes: Uint8Array): boolean =>
  (bytes.length === 4 && text(bytes) === "null") || (bytes.length === 2 && text(bytes) === "[]");
