/**
 * Just enough of protobuf's wire format to find a few fields in raw bytes. The main thread routes workflow tasks by it
 * without decoding them: decoding is the workflow thread's work.
 */

/** Thrown when bytes are not a protobuf message. */
export class WireScanError extends Error {
  override readonly name = "WireScanError";
  readonly code = "WIRE_SCAN" as const;
}

/** What a field holds: a number for varints, bytes (a view) for everything with a length. */
export type WireVisitor = (field: number, value: number | Uint8Array) => void;

/**
 * Calls back for each field of a message, in order, one level deep. Varints above 2^53 lose precision.
 *
 * @throws WireScanError for truncated or malformed bytes
 */
export function scanFields(bytes: Uint8Array, visit: WireVisitor): void {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      const byte = bytes[at];
      if (byte === undefined) throw new WireScanError("The message ends inside a number");
      at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new WireScanError("A number is longer than 10 bytes");
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new WireScanError("A field reaches over the end of the message");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        visit(field, varint());
        break;
      case 1:
        visit(field, take(8));
        break;
      case 2:
        visit(field, take(varint()));
        break;
      case 5:
        visit(field, take(4));
        break;
      default:
        throw new WireScanError(`Field ${field} has wire type ${tag % 8}, which no message uses`);
    }
  }
}

const utf8 = new TextDecoder();

/** Text of a string field. */
export function wireText(value: number | Uint8Array): string {
  return typeof value === "number" ? "" : utf8.decode(value);
}
