import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { bundledTextInTests } from './build/bundled-text.ts';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What each of the two packages has to reach, in percent. */
const covered = { lines: 95, branches: 95 };

const sources = [
  { find: /^@example\/sdk$/, replacement: source('./src/index.ts') },
  { find: '@example/sdk/rate-limit', replacement: source('./src/sharing/index.ts') },
  { find: /^@example\/sdk\/(.+)$/, replacement: source('./src/$1/index.ts') },
  { find: /^@example\/sandbox$/, replacement: source('./sandbox/src/index.ts') },
];

/** What tests read of how much they do: see `test/support/fuzz.ts`. */
const environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  all: { TEST_ALL: 'true' },
  fuzz: { FUZZ_RUNS: process.env['FUZZ_RUNS'] ?? '20000' },
};

const unitTests = (name: string, folder: string, isolate: boolean): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    setupFiles: isolate ? [] : ['test/support/clean-up.ts'],
    include: [`${folder}/**/*.test.ts`],
    exclude: ['**/node_modules/**', 'test/{package,scenarios}/**', '**/*.{process,system,weekly}.test.ts'],
    isolate,
  },
});

/** Of tests that mostly wait for another program: they have more workers than the others, and run after them. */
const afterTheOthers = { maxWorkers: 4, sequence: { groupOrder: 1 } };

const packageTests = (name: string, include: string[]): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    include,
    exclude: ['**/node_modules/**', ...(name === 'weekly' ? [] : ['**/*.weekly.test.ts'])],
    globalSetup: 'test/package/support/setup.ts',
    // Most of them wait for another program, or for a rate limit.
    maxWorkers: 3,
    testTimeout: 120_000,
  },
});

/**
 * `--mode all` tries more values, `--mode fuzz` many random ones, and `--mode built` the built packages: CI does so on
 * each version of Node that `engines` allows.
 */
export default defineConfig(({ mode }) => ({
  plugins: [bundledTextInTests],
  resolve: { alias: mode === 'built' ? [] : sources },
  test: {
    env: environments[mode] ?? {},
    // By default, one processor is left free: with two, as in CI, a single worker would run all files in turn.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      // A worker runs its files in one realm, which takes half the time: a file leaves nothing behind.
      unitTests('unit', 'test', false),
      // The guides' set-ups, whole days of virtual time: as much work as all other unit tests.
      {
        extends: true,
        test: { name: 'scenarios', include: ['test/scenarios/*.test.ts'], exclude: ['**/*.system.test.ts'] },
      },
      // A sandbox goes on with what it delivers when the file that made it has ended.
      unitTests('unit-sandbox', 'sandbox/test', true),
      // Tests that run programs of their own with the built package, and need nothing but Node.
      {
        extends: true,
        test: {
          name: 'process',
          include: ['{test,sandbox/test}/**/*.process.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // Tests that need another program (a server, a browser, a registry) or a minute of their own.
      {
        extends: true,
        test: {
          name: 'system',
          include: ['{test,sandbox/test}/**/*.system.test.ts'],
          exclude: ['**/node_modules/**', 'test/site/**'],
          ...afterTheOthers,
          // A busy machine takes its time to start them, and to look through all pages of the dashboard.
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
      // Tests of the documentation site, which is built beside the tests that run before.
      {
        extends: true,
        test: {
          name: 'site',
          // Its tests run side by side, and `expect` counts for the one that began last.
          expect: { requireAssertions: false },
          include: ['test/site/**/*.system.test.ts'],
          globalSetup: 'test/site/support/build.ts',
          ...afterTheOthers,
          // What a page measures on a fast clock needs a processor.
          maxConcurrency: 2,
          testTimeout: 240_000,
          hookTimeout: 600_000,
        },
      },
      // Tests of the packed tarball where users run it. Nothing here counts for coverage.
      packageTests('package', ['test/package/**/*.test.ts']),
      // The matrix of compilers, bundlers, test runners and frameworks, which few changes can break.
      packageTests('weekly', ['test/**/*.weekly.test.ts']),
    ],
    // A test that expects nothing can't fail. A busy machine takes longer than the second that `poll` waits by default.
    expect: { requireAssertions: true, poll: { timeout: 30_000 } },
    // In CI, files run in another order each time, so that none depends on what another leaves. The seed is printed.
    sequence: { shuffle: { files: process.env['CI'] === 'true' } },
    // For a test that hangs, not for one that is slow on a busy machine.
    testTimeout: mode === 'fuzz' ? 0 : 180_000,
    coverage: {
      include: ['src/**', 'sandbox/src/**'],
      // Tested in Chromium, where nothing can be counted.
      exclude: ['sandbox/src/dashboard/client/**', '**/*.css', '**/*.d.ts'],
      reporter: ['text-summary', 'text'],
      thresholds: { 'src/**': covered, 'sandbox/src/**': covered },
    },
  },
}));
