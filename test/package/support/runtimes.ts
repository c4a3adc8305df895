/** What runs a program from a command line, by its name in `test/package/package.json`. */
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
