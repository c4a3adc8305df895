import type { Parameters } from 'fast-check';

/** How often `npm run fuzz` tries each property. Without it, each test run tries the same few hundred values. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 0);

/** How much to test: less in `npm test` than in `npm run test:all`, and the same in every run. */
export function amount(inTest: number, inTestAll: number): number {
  return process.env['TEST_ALL'] === 'true' ? inTestAll : inTest;
}

/** Parameters for `fc.assert`: a fixed seed, so that tests never fail by chance, or random seeds in `npm run fuzz`. */
export function fuzzing<T>(numRuns = amount(100, 300)): Parameters<T> {
  return runs > 0 ? { numRuns: runs } : { numRuns, seed: 20_261_125 };
}
