import type { Compatible } from './compatibility.ts';
import { tool } from './tools.ts';

/** A test in a runner, as users start it. */
export interface TestRun {
  subject: string;
  name: string;
  moduleKind: Compatible['moduleKind'];
  file: string;
  command: string[];
  environment?: NodeJS.ProcessEnv;
}

// On the oldest Node, which forgives least.
const jest = ['node22-oldest/bin/node', tool('jest/bin/jest.js')];

// No runner is configured in any way; in Jest, ES modules need Node's own flag.
export const testRuns: readonly TestRun[] = [
  { subject: 'Jest', name: 'jest', moduleKind: 'CommonJS', file: 'in-jest.test.cjs', command: jest },
  {
    subject: 'Jest',
    name: 'jest',
    moduleKind: 'ES module',
    file: 'in-jest.test.mjs',
    command: jest,
    environment: { NODE_OPTIONS: '--experimental-vm-modules' },
  },
  {
    subject: 'Vitest',
    name: 'vitest',
    moduleKind: 'ES module',
    file: 'in-vitest.test.mjs',
    command: ['node22-oldest/bin/node', tool('vitest/vitest.mjs'), 'run', '--globals'],
  },
];
