import { decodeUtf8, encodeUtf8Into } from "../codec-runtime/text.ts";
import type { Payload } from "../common/payload.ts";
import type { AttributesOf } from "./history/event-kinds.ts";

/** Markers of this kind are how SDKs keep notes of their own in history. */
export type Marker = AttributesOf<"markerRecorded">;

const ENCODING = ascii("json/plain");

/** Bytes of plain ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** UTF-8 of a text. */
export function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  return bytes.slice(0, encodeUtf8Into(text, bytes));
}

/** A value as a `json/plain` payload, whatever converter the user has: other SDKs must be able to read it. */
export function jsonPayload(value: unknown): Payload {
  return { metadata: { encoding: ENCODING }, data: utf8(JSON.stringify(value)) };
}

/** The text of a payload; `undefined` when it is absent or no UTF-8. */
export function payloadText(payload: Payload | undefined): string | undefined {
  try {
    return payload?.data === undefined ? undefined : decodeUtf8(payload.data);
  } catch {
    return undefined;
  }
}

/** What a JSON object in a marker says; `undefined` when it is absent or no JSON object. */
export function readMarkerObject(
  marker: Marker,
  key: string,
): { readonly [name: string]: unknown } | undefined {
  const text = payloadText(marker.details[key]?.payloads[0]);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    // Any object can be asked for any name.
    return typeof value === "object" && value !== null
      ? (value as { readonly [name: string]: unknown })
      : undefined;
  } catch {
    return undefined;
  }
}
