// The sandbox has neither TextEncoder nor TextDecoder, and asking the host costs a call over the wall. Short ASCII, which
// is most of what passes here, is therefore done here; the rest goes to the host if there is one.
//
// 1. `host` is set at most by the realm's own start-up code and holds for the whole realm.
// 2. With and without a host the results are the same: invalid input becomes U+FFFD, a leading U+FEFF is kept.

/** UTF-8 as a host offers it. */
export interface Utf8 {
  encode(text: string): Uint8Array;
  decode(bytes: Uint8Array): string;
}

let host: Utf8 | undefined;

const SHORT = 48;
const CHUNK = 4096;
const REPLACEMENT = 0xfffd;
/** First byte of a sequence, without its share of the code point, by the number of bytes that follow. */
const LEAD: readonly number[] = [0, 0xc0, 0xe0, 0xf0];

/**
 * Sets who converts what is long or not ASCII; without it, own code does. The host must replace invalid input by U+FFFD
 * and keep a leading U+FEFF.
 *
 * @example
 * ```ts
 * setUtf8Host({ encode: (text) => encoder.encode(text), decode: (bytes) => decoder.decode(bytes) });
 * ```
 */
export function setUtf8Host(utf8: Utf8 | undefined): void {
  host = utf8;
}

/**
 * Text to UTF-8. Lone surrogates become U+FFFD.
 *
 * @example
 * ```ts
 * encodeUtf8("ä"); // Uint8Array [195, 164]
 * ```
 */
export function encodeUtf8(text: string): Uint8Array {
  if (text.length > SHORT) return host === undefined ? encodeHere(text) : host.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return host === undefined ? encodeHere(text) : host.encode(text);
    bytes[index] = unit;
  }
  return bytes;
}

/**
 * UTF-8 to text. Invalid bytes become U+FFFD.
 *
 * @example
 * ```ts
 * decodeUtf8(new Uint8Array([195, 164])); // "ä"
 * ```
 */
export function decodeUtf8(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return host === undefined ? decodeHere(bytes) : host.decode(bytes);
  let text = "";
  for (const byte of bytes) {
    if (byte > 0x7f) return host === undefined ? decodeHere(bytes) : host.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

function encodedLength(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const codePoint = text.codePointAt(index)!;
    if (codePoint > 0xffff) index++;
    length += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return length;
}

function encodeHere(text: string): Uint8Array {
  const bytes = new Uint8Array(encodedLength(text));
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    let codePoint = text.codePointAt(index)!;
    if (codePoint > 0xffff) index++;
    if (isSurrogate(codePoint)) codePoint = REPLACEMENT;
    if (codePoint < 0x80) {
      bytes[at++] = codePoint;
      continue;
    }
    const rest = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
    bytes[at++] = LEAD[rest]! | (codePoint >> (6 * rest));
    for (let shift = 6 * (rest - 1); shift >= 0; shift -= 6)
      bytes[at++] = 0x80 | ((codePoint >> shift) & 0x3f);
  }
  return bytes;
}

/** Number of bytes that must follow a first byte, and the range of the second one; 0 for a byte that cannot be first. */
function sequenceOf(first: number): readonly [rest: number, low: number, high: number] {
  if (first >= 0xc2 && first <= 0xdf) return [1, 0x80, 0xbf];
  if (first === 0xe0) return [2, 0xa0, 0xbf];
  if (first === 0xed) return [2, 0x80, 0x9f];
  if (first >= 0xe1 && first <= 0xef) return [2, 0x80, 0xbf];
  if (first === 0xf0) return [3, 0x90, 0xbf];
  if (first >= 0xf1 && first <= 0xf3) return [3, 0x80, 0xbf];
  if (first === 0xf4) return [3, 0x80, 0x8f];
  return [0, 0, 0];
}

function decodeHere(bytes: Uint8Array): string {
  let text = "";
  let chunk: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [codePoint, length] = readCodePoint(bytes, at);
    chunk.push(codePoint);
    at += length;
    if (chunk.length === CHUNK) {
      text += String.fromCodePoint(...chunk);
      chunk = [];
    }
  }
  return text + String.fromCodePoint(...chunk);
}

/** One code point. Of an invalid sequence, as many bytes as could have begun a valid one count as one U+FFFD. */
function readCodePoint(bytes: Uint8Array, at: number): readonly [codePoint: number, length: number] {
  const first = bytes[at]!;
  if (first < 0x80) return [first, 1];
  const [rest, low, high] = sequenceOf(first);
  let codePoint = first & (0x3f >> rest);
  for (let index = 1; index <= rest; index++) {
    const next = bytes[at + index];
    const valid = next !== undefined && (index === 1 ? next >= low && next <= high : (next & 0xc0) === 0x80);
    if (!valid) return [REPLACEMENT, index];
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  return rest === 0 ? [REPLACEMENT, 1] : [codePoint, rest + 1];
}
