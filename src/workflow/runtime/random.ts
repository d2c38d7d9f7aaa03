/**
 * The random stream of a run. It has to draw the very numbers of the official SDK: it is the Alea generator (Johannes
 * Baagøe), seeded with bytes.
 */
export interface RandomState {
  carry: number;
  s0: number;
  s1: number;
  s2: number;
}

const TWO_32 = 0x1_0000_0000;
const TWO_MINUS_32 = 2.3283064365386963e-10;
const MASH_START = 0xefc8249d;
const MASH_FACTOR = 0.02519603282416938;
const MULTIPLIER = 2091639;
const BLANK: readonly number[] = [32];

/**
 * Seeds a stream.
 *
 * @example
 * ```ts
 * nextRandom(seedRandom(seedBytes(2190767061165566105n))); // 0.8810140371788293
 * ```
 */
export function seedRandom(seed: readonly number[]): RandomState {
  let n = MASH_START;
  const mash = (bytes: readonly number[]): number => {
    for (const byte of bytes) {
      n += byte;
      let h = MASH_FACTOR * n;
      n = h >>> 0;
      h = (h - n) * n;
      n = h >>> 0;
      n += (h - n) * TWO_32;
    }
    return (n >>> 0) * TWO_MINUS_32;
  };
  const blank = [mash(BLANK), mash(BLANK), mash(BLANK)];
  const [s0, s1, s2] = blank.map((value) => {
    const mixed = value - mash(seed);
    return mixed < 0 ? mixed + 1 : mixed;
  });
  return { carry: 1, s0: s0!, s1: s1!, s2: s2! };
}

/** Draws the next number, at least 0 and below 1. */
export function nextRandom(state: RandomState): number {
  const t = MULTIPLIER * state.s0 + state.carry * TWO_MINUS_32;
  state.s0 = state.s1;
  state.s1 = state.s2;
  state.carry = t | 0;
  state.s2 = t - state.carry;
  return state.s2;
}

/** The eight bytes of a seed, most significant first. */
export function seedBytes(seed: bigint): number[] {
  const bytes: number[] = [];
  for (let shift = 56n; shift >= 0n; shift -= 8n) bytes.push(Number((seed >> shift) & 0xffn));
  return bytes;
}

const STREAM_PREFIX = [..."temporal-workflow-random-stream-v1"].map((letter) => letter.charCodeAt(0));

/** The seed of a named stream, derived from the seed of the run and the UTF-8 bytes of the name. */
export function streamSeed(seed: readonly number[], name: Uint8Array): number[] {
  return [...STREAM_PREFIX, ...bigEndian(seed.length), ...seed, ...bigEndian(name.length), ...name];
}

function bigEndian(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** A version 4 UUID from four draws. */
export function uuid4From(random: () => number): string {
  const draw = (): number => (random() * TWO_32) >>> 0;
  const [a, b, c, d] = [draw(), draw(), draw(), draw()];
  const versioned = ((b & 0xffff0fff) | 0x4000) >>> 0;
  const variant = ((c & 0x3fffffff) | 0x80000000) >>> 0;
  const [mid, end] = [hex(versioned), hex(variant)];
  return `${hex(a)}-${mid.slice(0, 4)}-${mid.slice(4)}-${end.slice(0, 4)}-${end.slice(4)}${hex(d)}`;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}

/** Fills `bytes` with draws, one a byte, and returns it. */
export function fillFrom(random: () => number, bytes: Uint8Array): Uint8Array {
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(random() * 256);
  return bytes;
}
