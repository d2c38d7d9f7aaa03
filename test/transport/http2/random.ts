/** Random numbers from a seed, so that a failed run can be repeated: each a whole number from 0 to below `below`. */
export type Random = (below: number) => number;

/** Mulberry32: small, and good enough for tests. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
