import fc, { type Arbitrary, type Parameters } from 'fast-check';

/** How often `npm run fuzz` tries each property. Without it, each run of the tests tries the same few hundred values. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 0);

/** How much of it a test does: `npm test` less than `npm run test:all`, and the same in every run. */
export function amount(inTest: number, inTestAll: number): number {
  return process.env['TEST_ALL'] === 'true' ? inTestAll : inTest;
}

/** Parameters for `fc.assert`: a fixed seed, so that tests never fail by chance; random seeds in `npm run fuzz`. */
export function fuzzing<T>(numRuns = amount(100, 300)): Parameters<T> {
  return runs > 0 ? { numRuns: runs } : { numRuns, seed: 20_261_125 };
}

/** What an untyped program may pass: any value, and those that checks are most often wrong about. */
export function anythingOr(...others: readonly unknown[]): Arbitrary<unknown> {
  return fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
    fc.constantFrom(undefined, null, NaN, Infinity, -0, '', ' ', '*', '__proto__', true, Symbol('s'), () => 0),
    fc.constantFrom<unknown>(new Headers(), new Date(NaN), new Date(), new Error('e'), ...others),
  );
}

/** An object with some of the names, and some others, whose values are of the arbitrary. */
export function withFields(values: Arbitrary<unknown>, ...names: string[]): Arbitrary<Record<string, unknown>> {
  return fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), values, { maxKeys: names.length });
}
