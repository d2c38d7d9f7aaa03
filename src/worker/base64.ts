/** Few enough to be arguments of one call. */
const CHUNK_BYTES = 4096;

/**
 * Bytes as base64 text.
 *
 * @example
 * ```ts
 * toBase64(new Uint8Array([104, 105])); // "aGk="
 * ```
 */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    // Spreading the bytes would take four times as long.
    const part: string = Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, at + CHUNK_BYTES));
    text += part;
  }
  return btoa(text);
}
