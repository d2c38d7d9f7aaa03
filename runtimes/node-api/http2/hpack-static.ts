/** A header as HTTP/2 carries it. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** What each entry of a table counts beside its text (RFC 7541, section 4.1). */
export const ENTRY_OVERHEAD = 32;
/** The size of a dynamic table that both sides begin with. */
export const DEFAULT_TABLE_BYTES = 4096;

/** The static table (RFC 7541, appendix A); its first entry has index 1. */
const ENTRIES: readonly (readonly [name: string, value?: string])[] = [
  [":authority"],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  [":status", "200"],
  [":status", "204"],
  [":status", "206"],
  [":status", "304"],
  [":status", "400"],
  [":status", "404"],
  [":status", "500"],
  ["accept-charset"],
  ["accept-encoding", "gzip, deflate"],
  ["accept-language"],
  ["accept-ranges"],
  ["accept"],
  ["access-control-allow-origin"],
  ["age"],
  ["allow"],
  ["authorization"],
  ["cache-control"],
  ["content-disposition"],
  ["content-encoding"],
  ["content-language"],
  ["content-length"],
  ["content-location"],
  ["content-range"],
  ["content-type"],
  ["cookie"],
  ["date"],
  ["etag"],
  ["expect"],
  ["expires"],
  ["from"],
  ["host"],
  ["if-match"],
  ["if-modified-since"],
  ["if-none-match"],
  ["if-range"],
  ["if-unmodified-since"],
  ["last-modified"],
  ["link"],
  ["location"],
  ["max-forwards"],
  ["proxy-authenticate"],
  ["proxy-authorization"],
  ["range"],
  ["referer"],
  ["refresh"],
  ["retry-after"],
  ["server"],
  ["set-cookie"],
  ["strict-transport-security"],
  ["transfer-encoding"],
  ["user-agent"],
  ["vary"],
  ["via"],
  ["www-authenticate"],
];

/** The static table by index; there is nothing at 0. */
export const STATIC_TABLE: readonly (HeaderField | undefined)[] = [
  undefined,
  ...ENTRIES.map(([name, value = ""]) => ({ name, value })),
];

/** The highest index of the static table. */
export const STATIC_LAST: number = ENTRIES.length;
