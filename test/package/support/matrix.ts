// What the package is tried in: docs/compatibility.md lists it. A `tool` is named as in test/tools/package.json.
import { tool } from '../../support/tools.ts';

/** Both kinds of modules that a program may be. */
export const moduleKinds = [
  { moduleKind: 'ES module', format: 'esm', extension: 'mjs' },
  { moduleKind: 'CommonJS', format: 'cjs', extension: 'cjs' },
] as const;
const [esm, cjs] = moduleKinds;

/** What runs a program from a command line. */
export const runtimes = [
  { subject: 'Node.js 22.12', tool: 'node22-oldest', command: ['node22-oldest/bin/node'] },
  { subject: 'Node.js 24', tool: undefined, command: [process.execPath] },
  { subject: 'Node.js 26', tool: 'node26', command: ['node26/bin/node'] },
  { subject: 'Bun', tool: 'bun', command: ['.bin/bun'] },
  { subject: 'Deno', tool: 'deno', command: ['.bin/deno', 'run', '--no-prompt', '--allow-net'] },
] as const;

const [{ command: oldestNode }] = runtimes; // which forgives least
const jest = [...oldestNode, tool('jest/bin/jest.js')];
const vitest = [...oldestNode, tool('vitest/vitest.mjs'), 'run', '--globals'];

interface TestRun {
  readonly subject: string;
  readonly tool: string;
  readonly moduleKind: string;
  readonly format: 'esm' | 'cjs';
  readonly extension: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it has a document. */
  readonly dom?: boolean;
}

/** What runs a test as users start it. No runner is configured in any way; in Jest, ES modules need Node's own flag. */
export const testRuns: readonly TestRun[] = [
  { subject: 'Jest', tool: 'jest', ...cjs, command: jest },
  { subject: 'Jest', tool: 'jest', ...esm, command: jest, environment: { NODE_OPTIONS: '--experimental-vm-modules' } },
  {
    // The line takes Node.js for this file.
    subject: 'Jest with jsdom, by a line of its test',
    tool: 'jest-environment-jsdom',
    ...cjs,
    command: [...jest, `--env=${tool('jest-environment-jsdom')}`],
  },
  { subject: 'Vitest', tool: 'vitest', ...esm, command: vitest },
  ...['happy-dom', 'jsdom'].map((name) => ({
    ...{ subject: `Vitest with ${name}`, tool: name, ...esm, command: [...vitest, '--environment', name], dom: true },
  })),
];

/** A bundler, by its command line: what makes `out/page.js` of `page.js`, or `out` of `index.html`, minified where it can. */
export const bundlers = [
  { subject: 'Vite', tool: 'vite', args: 'build --outDir out --logLevel warn' },
  {
    subject: 'webpack',
    tool: 'webpack',
    args: '--mode production --entry ./page.js --output-path out --output-filename page.js',
  },
  {
    subject: 'esbuild',
    tool: 'esbuild',
    args: 'page.js --bundle --minify --format=esm --outfile=out/page.js --log-level=warning',
  },
  {
    subject: 'Rollup',
    tool: 'rollup',
    args: 'page.js --plugin node-resolve --plugin commonjs --format es --file out/page.js --silent',
  },
];

/** How a compiler finds declarations, and for which kinds of modules. */
const resolutions = [
  { moduleResolution: 'nodenext', module: 'nodenext', kinds: moduleKinds },
  { moduleResolution: 'node16', module: 'node16', kinds: moduleKinds },
  { moduleResolution: 'bundler', module: 'esnext', kinds: [esm] },
];
/** The default of CommonJS projects up to TypeScript 5; it knows nothing of `exports` in a package.json. */
const node10 = { moduleResolution: 'node10', module: 'commonjs', kinds: [cjs] };

/** The first one, the oldest, is what each change is compiled with. */
export const compilers = [
  { subject: 'TypeScript 5.4', tool: 'typescript54', resolutions: [...resolutions, node10] },
  { subject: 'TypeScript 6', tool: 'typescript6', resolutions },
  { subject: 'TypeScript 7', tool: 'typescript7', resolutions },
] as const;
