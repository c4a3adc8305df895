/** Returns pseudorandom numbers from 0 to 1. Not for secrets. */
export type Random = () => number;

/** Mulberry32: small, fast, and good enough for sample data and faults. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Picks one of the values. */
export function pick<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** 32 letters and digits that nobody can guess. */
export function randomSecret(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
