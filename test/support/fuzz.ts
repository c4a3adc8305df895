import type { Parameters } from 'fast-check';

/** How often `npm run fuzz` tries each property. Without it, each run of the tests tries the same few hundred values. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 0);

/** Parameters for `fc.assert`: a fixed seed, so that tests never fail by chance; random seeds in `npm run fuzz`. */
export function fuzzing<T>(numRuns = 300): Parameters<T> {
  return runs > 0 ? { numRuns: runs } : { numRuns, seed: 20_261_125 };
}
