import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@example\/sdk$/, replacement: source('index.ts') },
      { find: /^@example\/sdk\/(.+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['test/package/**', '**/*.system.test.ts'],
        },
      },
      // Tests that run other programs: the built package, servers, browsers, databases.
      { extends: true, test: { name: 'system', include: ['test/**/*.system.test.ts'] } },
      // Tests of the packed tarball where users run it. Nothing here counts for coverage.
      {
        extends: true,
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: 'test/package/support/setup.ts',
          // Most of them wait for another program, or for a rate limit.
          maxWorkers: 3,
          testTimeout: 120_000,
        },
      },
    ],
    testTimeout: 20_000,
    coverage: {
      include: ['src/**'],
      reporter: ['text-summary', 'text'],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
