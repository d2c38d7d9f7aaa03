import type { Payload } from "./payload.ts";
import { realmSafe } from "./realm-safe.ts";

/** The server's limit for the payloads of one field (arguments, a result, a memo …) unless it says another: 2 MiB. */
export const DEFAULT_BLOB_SIZE_LIMIT: number = 2 * 1024 * 1024;

/** Payloads are larger than the server takes; they were not sent. */
export class PayloadSizeError extends Error {
  declare readonly code: "PAYLOAD_SIZE";
  readonly sizeBytes: number;
  readonly limitBytes: number;

  /** `what` names the field: "Arguments of workflow 'order'". */
  constructor(what: string, sizeBytes: number, limitBytes: number) {
    super(
      `[TMPRL1103] ${what}: ${sizeBytes} bytes, more than the ${limitBytes} that the server takes. Send less, compress it with a payload codec, or store it elsewhere and pass a reference`,
    );
    this.sizeBytes = sizeBytes;
    this.limitBytes = limitBytes;
  }

  static {
    realmSafe(PayloadSizeError, "PayloadSizeError", "PAYLOAD_SIZE");
  }
}

function lengthSize(length: number): number {
  let size = 1;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

const fieldSize = (length: number): number => 1 + lengthSize(length) + length;

/**
 * How many bytes payloads take on the wire, as the server counts them. Keys of metadata count as ASCII.
 *
 * @example
 * ```ts
 * payloadsSize([{ data: new Uint8Array(100) }]); // 104
 * ```
 */
export function payloadsSize(payloads: Iterable<Payload>): number {
  let total = 0;
  for (const { metadata, data } of payloads) {
    let size = data === undefined || data.length === 0 ? 0 : fieldSize(data.length);
    for (const key in metadata) size += fieldSize(fieldSize(key.length) + fieldSize(metadata[key]!.length));
    total += fieldSize(size);
  }
  return total;
}
