/** What went wrong: bytes or JSON that cannot be read, or a value that cannot be written. */
export type CodecErrorCode =
  | "TRUNCATED"
  | "MALFORMED"
  | "TOO_DEEP"
  | "INVALID_UTF8"
  | "INVALID_VALUE"
  | "INVALID_JSON"
  | "UNKNOWN_NAME";

/** Where it went wrong, as far as it is known. */
export interface CodecErrorDetails {
  /** Full protobuf name of the message, for example `temporal.api.common.v1.Payload`. */
  readonly message?: string | undefined;
  /** Path of field names or numbers inside that message. */
  readonly path?: string | undefined;
  /** Position in the bytes that were read. */
  readonly offset?: number | undefined;
  readonly cause?: unknown;
}

/**
 * Thrown by the generated codecs: `encodeX`, `decodeX`, `xToJson`, `xFromJson`.
 *
 * @example
 * try {
 *   decodePayload(bytes);
 * } catch (error) {
 *   if (error instanceof CodecError && error.code === "TRUNCATED") await readMore();
 * }
 */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly code: CodecErrorCode;
  /** Full name of the protobuf message, where known. */
  readonly messageName: string | undefined;
  /** Path of fields inside the message, where known. */
  readonly path: string | undefined;
  /** Position in the bytes, where known. */
  readonly offset: number | undefined;

  constructor(code: CodecErrorCode, message: string, details: CodecErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.messageName = details.message;
    this.path = details.path;
    this.offset = details.offset;
  }
}

/** A value shortened for an error message. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return value.length > 40 ? `"${value.slice(0, 40)}..."` : `"${value}"`;
  if (typeof value === "bigint") return `${value}n`;
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `array of ${value.length}`;
  return typeof value;
}
