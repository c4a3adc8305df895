import { tool } from './tools.ts';

/** What runs a program from a command line, by its name in `test/package/tools/package.json`. */
export const runtimes = [
  { subject: 'Node.js 22.12', name: 'node22-oldest', command: ['node22-oldest/bin/node'] },
  { subject: 'Node.js 22', name: 'node22', command: ['node22/bin/node'] },
  { subject: 'Node.js 24', name: 'node24', command: ['node24/bin/node'] },
  { subject: 'Node.js 26', name: 'node26', command: ['node26/bin/node'] },
  { subject: 'Bun', name: 'bun', command: ['.bin/bun'] },
  { subject: 'Deno', name: 'deno', command: ['.bin/deno', 'run', '--no-prompt', '--allow-net'] },
];

/** Both kinds of modules that it may be. */
export const moduleKinds = [
  { moduleKind: 'ES module', format: 'esm', output: 'command.mjs' },
  { moduleKind: 'CommonJS', format: 'cjs', output: 'command.cjs' },
] as const;

const [esm, cjs] = moduleKinds;
// On the oldest Node, which forgives least.
const jest = { subject: 'Jest', name: 'jest', command: ['node22-oldest/bin/node', tool('jest/bin/jest.js')] };

/** What runs a test as users start it. No runner is configured in any way; in Jest, ES modules need Node's own flag. */
export const testRuns = [
  { ...jest, ...cjs, file: 'in-jest.test.cjs', environment: {} },
  { ...jest, ...esm, file: 'in-jest.test.mjs', environment: { NODE_OPTIONS: '--experimental-vm-modules' } },
  {
    ...esm,
    subject: 'Vitest',
    name: 'vitest',
    file: 'in-vitest.test.mjs',
    command: ['node22-oldest/bin/node', tool('vitest/vitest.mjs'), 'run', '--globals'],
    environment: {},
  },
];
