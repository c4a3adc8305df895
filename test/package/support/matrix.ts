// What the package is tested in, as docs/compatibility.md says. A `tool` is named as in test/tools/package.json.
import { tool } from '../../support/tools.ts';

/** Both kinds of modules that programs can consist of. */
export const moduleKinds = [
  { moduleKind: 'ES module', format: 'esm', extension: 'mjs' },
  { moduleKind: 'CommonJS', format: 'cjs', extension: 'cjs' },
] as const;
const [esm, cjs] = moduleKinds;
export type ModuleKind = (typeof moduleKinds)[number];

/** A command-line runtime, and the module kinds that each change is tested with. The others are tested once a week. */
const runtime = (subject: string, tool: string | undefined, command: string[], ...eachChange: ModuleKind[]) => ({
  ...{ subject, tool, command, eachChange },
});
export type Runtime = ReturnType<typeof runtime>;

// The least forgiving version.
const oldest = 'node22-oldest/bin/node';
export const runtimes = [
  runtime('Node.js 22.12', 'node22-oldest', [oldest], esm, cjs),
  runtime('Node.js 24', undefined, [process.execPath]), // the one of this repository
  runtime('Node.js 26', 'node26', ['node26/bin/node']),
  runtime('Bun', 'bun', ['.bin/bun'], esm),
  runtime('Deno', 'deno', ['.bin/deno', 'run', '--no-prompt', '--allow-net'], esm),
];

const jest = [oldest, '--experimental-vm-modules', tool('jest/bin/jest.js')];
const vitest = [oldest, tool('vitest/vitest.mjs'), 'run', '--globals'];

/** Test commands, as users run them. The runners have no configuration; in Jest, ES modules need the flag. */
export const testRuns = [
  { subject: 'Jest', ...cjs, command: jest, dom: false },
  { subject: 'Jest', ...esm, command: jest, dom: false },
  // The line takes Node.js for this file.
  {
    ...{ subject: 'Jest with jsdom, by a line of its test', ...cjs, dom: false },
    command: [...jest, `--env=${tool('jest-environment-jsdom')}`],
  },
  { subject: 'Vitest', ...esm, command: vitest, dom: false },
  ...['happy-dom', 'jsdom'].map((name) => ({
    ...{ subject: `Vitest with ${name}`, ...esm, command: [...vitest, '--environment', name], dom: true },
  })),
];

/** A bundler's command line: makes `out/page.js` from `page.js`, or `out` from `index.html`, minified if possible. */
export const bundlers = [
  ['Vite', 'build --outDir out --logLevel warn'],
  ['webpack', '--mode production --entry ./page.js --output-path out --output-filename page.js'],
  ['esbuild', 'page.js --bundle --minify --format=esm --outfile=out/page.js --log-level=warning'],
  ['Rollup', 'page.js --plugin node-resolve --plugin commonjs --format es --file out/page.js --silent'],
].map(([subject = '', args = '']) => ({ subject, tool: subject.toLowerCase(), args }));

/** How compilers find declarations, and for which kinds of modules. attw tests the other ways. */
const nodenext = { moduleResolution: 'nodenext', module: 'nodenext', kinds: moduleKinds };
/** The default of CommonJS projects up to TypeScript 5, which ignores `exports` in package.json. */
const node10 = { moduleResolution: 'node10', module: 'commonjs', kinds: [cjs] };

/** Each change is tested with the first one, once a week with the others. */
export const compilers = [
  { subject: 'TypeScript 5.4', tool: 'typescript54', ...nodenext },
  { subject: 'TypeScript 5.4', tool: 'typescript54', ...node10 },
  { subject: 'TypeScript 6', tool: 'typescript6', ...nodenext },
  { subject: 'TypeScript 7', tool: 'typescript7', ...nodenext },
];
