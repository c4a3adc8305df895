/** A source of numbers that a seed determines. */
export interface Random {
  /** A number from 0 up to 1. */
  next(): number;
  /** An integer from 0 up to `end`, which is not included. */
  below(end: number): number;
  pick<T>(values: readonly T[]): T;
}

/** Mulberry32: 32 bits of state are enough for a walk. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    pick: <T>(values: readonly T[]): T => {
      const value = values[below(values.length)];
      if (value === undefined) throw new RangeError('There is nothing to pick from.');
      return value;
    },
  };
}
