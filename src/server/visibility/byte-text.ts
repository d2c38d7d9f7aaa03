const encoder = new TextEncoder();
const decoder = new TextDecoder();
const ASCII = /^[\0-\x7f]*$/;

/** The UTF-8 of a text as a string with one character per byte. */
export function toByteText(text: string): string {
  if (ASCII.test(text)) return text;
  let bytes = "";
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** The text of such a string; bytes that are no UTF-8 become U+FFFD. */
export function fromByteText(bytes: string): string {
  if (ASCII.test(bytes)) return bytes;
  return decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}

/** The length of a text in UTF-8. */
export function utf8Bytes(text: string): number {
  return ASCII.test(text) ? text.length : encoder.encode(text).length;
}
