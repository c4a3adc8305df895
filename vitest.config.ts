import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { trimForTests } from './build/trim/index.ts';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Tests that run other programs: servers, browsers, databases, the built package. They take longer, and need those. */
const system = [
  'test/api-report.test.ts',
  'test/browser-example.test.ts',
  'test/documentation.test.ts',
  'test/examples.test.ts',
  'test/package-contents.test.ts',
  'test/pagination/export-projects.test.ts',
  'test/rate-limit/many-workers.test.ts',
  'test/rate-limit/redis.test.ts',
  'test/rate-limit/weight.test.ts',
  'test/redis-client.test.ts',
  'test/sandbox/command-line.test.ts',
  'test/sandbox/dashboard-browser.test.ts',
  'test/sandbox/in-a-page.test.ts',
  'test/sandbox/kept-state.test.ts',
  'test/webhooks/nextjs.test.ts',
  'test/webhooks/redis-replay-store.test.ts',
  'test/webhooks/servers.test.ts',
  'test/webhooks/several-processes.test.ts',
];

export default defineConfig({
  plugins: [trimForTests],
  resolve: {
    alias: [
      { find: /^@example\/sdk$/, replacement: source('index.ts') },
      { find: /^@example\/sdk\/(.+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    server: { deps: { inline: ['ky', 'eventemitter3'] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['test/ecosystem/**', ...system],
          // Many wait, for a rate limit or a timeout of a second or two.
          maxWorkers: 3,
        },
      },
      { extends: true, test: { name: 'system', include: system } },
      // About the packed tarball, in other programs: nothing here counts for coverage.
      {
        extends: true,
        test: {
          name: 'ecosystem',
          include: ['test/ecosystem/**/*.test.ts'],
          globalSetup: 'test/ecosystem/support/setup.ts',
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
