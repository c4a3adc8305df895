/** A number from 0 up to 1, which is not included. */
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

/** A whole number from 0 up to `end`, which is not included. */
export const below = (random: Random, end: number): number => Math.floor(random() * end);

/** One of the values, of which there is at least one. */
export const pick = <T>(random: Random, values: readonly [T, ...T[]] | readonly T[]): T =>
  values[below(random, values.length)] as T; // below its length

/** A generator whose numbers differ from those of the next seed. */
export function randomOf(seed: number): Random {
  return seeded(Math.imul(seed + 1, 0x9e3779b1));
}
