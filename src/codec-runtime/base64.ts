import { CodecError } from "./codec-error.ts";
import { NO_BYTES } from "./init.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 61;
let values: Int8Array | undefined;

/** Reads long base64, as a host does it: undefined, or bytes of another length, when the text is not as plain as can be. */
export type Base64Host = (text: string) => Uint8Array | undefined;

/** From this length on the host is asked: it reads a megabyte in a twentieth of the time that it takes here. */
const LONG = 8192;
let host: Base64Host | undefined = /* @__PURE__ */ ownHost();

/**
 * Sets who reads long base64; without one, and where the runtime has nothing for it, own code does.
 *
 * @example
 * ```ts
 * setBase64Host((text) => Buffer.from(text, "base64"));
 * ```
 */
export function setBase64Host(base64: Base64Host | undefined): void {
  host = base64;
}

/** `Uint8Array.fromBase64` of ECMAScript 2026, which the declarations do not have yet. */
function ownHost(): Base64Host | undefined {
  const { fromBase64 } = Uint8Array as { readonly fromBase64?: (text: string) => Uint8Array };
  if (fromBase64 === undefined) return undefined;
  return (text) => {
    try {
      return fromBase64.call(Uint8Array, text);
    } catch {
      return undefined;
    }
  };
}

/** The bytes of a text in whole groups, if the host makes as many of it as its length says: it may have skipped what is none. */
function byHost(text: string): Uint8Array | undefined {
  // Buffer reads of a character no more than its low byte, and so takes "Ł" for "A".
  if (host === undefined || text.length % 4 !== 0 || /[\u0100-\uffff]/.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = host(text);
  return bytes?.length === (text.length / 4) * 3 - padding ? bytes : undefined;
}

/** Bytes that become one piece of text at a time: a multiple of three. */
const PIECE_BYTES = 6144;

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  if (bytes.length <= PIECE_BYTES) return encodePiece(bytes, 0, bytes.length);
  let text = "";
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    text += encodePiece(bytes, start, Math.min(bytes.length, start + PIECE_BYTES));
  }
  return text;
}

function encodePiece(bytes: Uint8Array, start: number, end: number): string {
  const rest = (end - start) % 3;
  const whole = end - rest;
  const codes: number[] = [];
  for (let i = start; i < whole; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    codes.push(codeOf(group >> 18), codeOf(group >> 12), codeOf(group >> 6), codeOf(group));
  }
  if (rest === 1) {
    const group = bytes[whole]!;
    codes.push(codeOf(group >> 2), codeOf(group << 4), PAD, PAD);
  }
  if (rest === 2) {
    const group = (bytes[whole]! << 8) | bytes[whole + 1]!;
    codes.push(codeOf(group >> 10), codeOf(group >> 4), codeOf(group << 2), PAD);
  }
  return String.fromCharCode(...codes);
}

function codeOf(sextet: number): number {
  return ALPHABET.charCodeAt(sextet & 63);
}

/**
 * Reads base64, standard or URL-safe, with or without padding, with line breaks.
 *
 * @throws CodecError `INVALID_JSON`
 */
export function decodeBase64(text: string): Uint8Array {
  if (text === "") return NO_BYTES;
  const quick = text.length < LONG ? undefined : byHost(text);
  if (quick !== undefined) return quick;
  values ??= decodeTable();
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let size = 0;
  let bits = 0;
  let held = 0;
  let at = 0;
  // Whole groups of plain characters, which is nearly all there is: a code beyond the table reads as -1.
  for (; at + 4 <= text.length; at += 4) {
    const group =
      (sextetOf(values, text.charCodeAt(at)) << 18) |
      (sextetOf(values, text.charCodeAt(at + 1)) << 12) |
      (sextetOf(values, text.charCodeAt(at + 2)) << 6) |
      sextetOf(values, text.charCodeAt(at + 3));
    // Whatever is no plain character is negative, and so is the group.
    if (group < 0) break;
    bytes[size] = group >> 16;
    bytes[size + 1] = group >> 8;
    bytes[size + 2] = group;
    size += 3;
  }
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = sextetOf(values, code);
    if (value === SKIPPED) continue;
    if (value === PADDING) {
      bits = 0;
      continue;
    }
    if (value < 0) throw new CodecError("INVALID_JSON", `character ${JSON.stringify(text[i])} in base64`);
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[size++] = held >> bits;
    }
  }
  if (bits === 6) throw new CodecError("INVALID_JSON", "base64 of incomplete bytes");
  return size === bytes.length ? bytes : bytes.subarray(0, size);
}

function sextetOf(table: Int8Array, code: number): number {
  return code < 128 ? table[code]! : -1;
}

const SKIPPED = -2;
const PADDING = -3;

function decodeTable(): Int8Array {
  const table = new Int8Array(128).fill(-1);
  for (let i = 0; i < 64; i++) table[ALPHABET.charCodeAt(i)] = i;
  table["-".charCodeAt(0)] = 62;
  table["_".charCodeAt(0)] = 63;
  table["=".charCodeAt(0)] = PADDING;
  for (const space of " \t\r\n") table[space.charCodeAt(0)] = SKIPPED;
  return table;
}
