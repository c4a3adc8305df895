import { seeded } from '../support/simulation.ts';

/** A number from 0 to 1, excluding 1. */
export type Random = () => number;

/** A generator that yields the same numbers for the same seed, and others for the next seed. */
export function randomOf(seed: number): Random {
  return seeded(Math.imul(seed + 1, 0x9e3779b1));
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}
