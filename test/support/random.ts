/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

/** Mulberry32: the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 up to, but not including, `end`. */
export const below = (random: Random, end: number): number => Math.floor(random() * end);

/** One of the values. There must be at least one. */
export const pick = <T>(random: Random, values: readonly [T, ...T[]] | readonly T[]): T =>
  values[below(random, values.length)] as T; // the index is below the length

/** A generator whose numbers are unlike those of the next seed. */
export function randomOf(seed: number): Random {
  return seeded(Math.imul(seed + 1, 0x9e3779b1));
}
