/** The error codes of HTTP/2 (RFC 9113, section 7). */
export const Http2Code = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  SETTINGS_TIMEOUT: 4,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  CONNECT_ERROR: 10,
  ENHANCE_YOUR_CALM: 11,
  INADEQUATE_SECURITY: 12,
  HTTP_1_1_REQUIRED: 13,
} as const;

const NAMES: readonly string[] = Object.keys(Http2Code);

/** The name of an HTTP/2 error code, for messages. */
export function http2CodeName(code: number): string {
  return NAMES[code] ?? `code ${code}`;
}

/** The peer broke the rules of HTTP/2 or HPACK in a way that ends the connection. */
export class Http2Error extends Error {
  readonly code = "HTTP2_PROTOCOL" as const;
  /** The code that the peer is told. */
  readonly http2Code: number;

  constructor(http2Code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Http2Error";
    this.http2Code = http2Code;
  }
}
