import { encodeUtf8 } from "../../converter/sync/utf8.ts";

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** The SHA-1 digest of a text, in hexadecimal: for names, not for secrets. */
export function sha1Hex(text: string): string {
  const message = padded(encodeUtf8(text));
  const view = new DataView(message.buffer);
  const digest = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let block = 0; block < message.length; block += 64) mixBlock(digest, view, block);
  return digest.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The message, one bit, zeros, and the length of the message in bits. */
function padded(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array((Math.floor((message.length + 8) / 64) + 1) * 64);
  whole.set(message);
  whole[message.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, Math.floor(message.length / 0x20000000));
  view.setUint32(whole.length - 4, message.length * 8);
  return whole;
}

function mixBlock(digest: number[], view: DataView, offset: number): void {
  const words = new Int32Array(80);
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(offset + i * 4);
  for (let i = 16; i < 80; i++) {
    words[i] = rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
  }
  let [a, b, c, d, e] = digest as [number, number, number, number, number];
  for (let i = 0; i < 80; i++) {
    const [mixed, constant] = roundOf(i, b, c, d);
    const next = (rotate(a, 5) + mixed + e + constant + words[i]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  for (const [i, word] of [a, b, c, d, e].entries()) digest[i] = (digest[i]! + word) | 0;
}

function roundOf(i: number, b: number, c: number, d: number): readonly [mixed: number, constant: number] {
  if (i < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (i < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (i < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}
