const MASK = 0xffff_ffff_ffff_ffffn;

interface SipState {
  v0: bigint;
  v1: bigint;
  v2: bigint;
  v3: bigint;
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

function round(s: SipState): void {
  s.v0 = (s.v0 + s.v1) & MASK;
  s.v1 = rotate(s.v1, 13n) ^ s.v0;
  s.v0 = rotate(s.v0, 32n);
  s.v2 = (s.v2 + s.v3) & MASK;
  s.v3 = rotate(s.v3, 16n) ^ s.v2;
  s.v0 = (s.v0 + s.v3) & MASK;
  s.v3 = rotate(s.v3, 21n) ^ s.v0;
  s.v2 = (s.v2 + s.v1) & MASK;
  s.v1 = rotate(s.v1, 17n) ^ s.v2;
  s.v2 = rotate(s.v2, 32n);
}

function word(bytes: readonly number[], at: number, count: number): bigint {
  let result = 0n;
  for (let i = count - 1; i >= 0; i--) result = (result << 8n) | BigInt(bytes[at + i] ?? 0);
  return result;
}

/** SipHash-1-3 with a key of zeros. */
function sipHash13(bytes: readonly number[]): bigint {
  const s: SipState = {
    v0: 0x736f_6d65_7073_6575n,
    v1: 0x646f_7261_6e64_6f6dn,
    v2: 0x6c79_6765_6e65_7261n,
    v3: 0x7465_6462_7974_6573n,
  };
  const whole = bytes.length - (bytes.length % 8);
  for (let at = 0; at < whole; at += 8) {
    const m = word(bytes, at, 8);
    s.v3 ^= m;
    round(s);
    s.v0 ^= m;
  }
  const last = word(bytes, whole, bytes.length - whole) | (BigInt(bytes.length & 0xff) << 56n);
  s.v3 ^= last;
  round(s);
  s.v0 ^= last;
  s.v2 ^= 0xffn;
  round(s);
  round(s);
  round(s);
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x1_0000)
      bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else {
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 63),
        0x80 | ((point >> 6) & 63),
        0x80 | (point & 63),
      );
    }
  }
  return bytes;
}

/**
 * The seed of a run's random stream, an unsigned 64-bit number. The official SDKs compute the same, so that histories stay
 * interchangeable.
 */
export function randomnessSeed(runId: string): bigint {
  const bytes = utf8(runId);
  bytes.push(0xff);
  return sipHash13(bytes);
}
