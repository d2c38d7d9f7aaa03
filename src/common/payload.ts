/**
 * A serialised value, as users write and read it: bytes and how they were made.
 *
 * `metadata.encoding` names the converter that reads it back (`json/plain`, `binary/plain`, `binary/null`, …).
 */
export interface Payload {
  metadata?: { [key: string]: Uint8Array } | undefined;
  data?: Uint8Array | undefined;
}

/** Payloads by name: headers, memo and the like. */
export type PayloadMap = { [key: string]: Payload };
