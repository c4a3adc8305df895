// What the package is tried in; docs/compatibility.md says so to users. A `tool` is named as in test/tools/package.json.
import { tool } from '../../support/tools.ts';

/** Both kinds of modules that a program may be. */
export const moduleKinds = [
  { moduleKind: 'ES module', format: 'esm', extension: 'mjs' },
  { moduleKind: 'CommonJS', format: 'cjs', extension: 'cjs' },
] as const;
const [esm, cjs] = moduleKinds;
export type ModuleKind = (typeof moduleKinds)[number];

/** What runs a program from a command line. */
export interface Runtime {
  readonly subject: string;
  /** Without one, it is this repository's own. */
  readonly tool?: string;
  readonly command: readonly [string, ...string[]];
  /** What each change is tried from. The others are tried once a week. */
  readonly eachChange: readonly ModuleKind[];
}

// It forgives least.
const oldest = { tool: 'node22-oldest', command: ['node22-oldest/bin/node'], eachChange: moduleKinds } as const;
const deno = ['.bin/deno', 'run', '--no-prompt', '--allow-net'] as const;
export const runtimes: readonly Runtime[] = [
  { subject: 'Node.js 22.12', ...oldest },
  { subject: 'Node.js 24', command: [process.execPath], eachChange: [] },
  { subject: 'Node.js 26', tool: 'node26', command: ['node26/bin/node'], eachChange: [] },
  { subject: 'Bun', tool: 'bun', command: ['.bin/bun'], eachChange: [esm] },
  { subject: 'Deno', tool: 'deno', command: deno, eachChange: [esm] },
];

const jest = [...oldest.command, tool('jest/bin/jest.js')];
const vitest = [...oldest.command, tool('vitest/vitest.mjs'), 'run', '--globals'];

/** What runs a test as users start it. No runner is configured in any way; in Jest, ES modules need Node's own flag. */
export const testRuns: readonly (ModuleKind & {
  readonly subject: string;
  readonly tool: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it has a document. */
  readonly dom?: boolean;
})[] = [
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
  ['Vite', 'build --outDir out --logLevel warn'],
  ['webpack', '--mode production --entry ./page.js --output-path out --output-filename page.js'],
  ['esbuild', 'page.js --bundle --minify --format=esm --outfile=out/page.js --log-level=warning'],
  ['Rollup', 'page.js --plugin node-resolve --plugin commonjs --format es --file out/page.js --silent'],
].map(([subject = '', args = '']) => ({ subject, tool: subject.toLowerCase(), args }));

/** How compilers find declarations, and for which kinds of modules. attw tries the other ways to find them. */
const nodenext = { moduleResolution: 'nodenext', module: 'nodenext', kinds: moduleKinds };
/** The default of CommonJS projects up to TypeScript 5; it knows nothing of `exports` in a package.json. */
const node10 = { moduleResolution: 'node10', module: 'commonjs', kinds: [cjs] };

export const compilers = [
  { subject: 'TypeScript 5.4', tool: 'typescript54', ...nodenext, isTriedOften: true },
  { subject: 'TypeScript 5.4', tool: 'typescript54', ...node10, isTriedOften: false },
  { subject: 'TypeScript 6', tool: 'typescript6', ...nodenext, isTriedOften: false },
  { subject: 'TypeScript 7', tool: 'typescript7', ...nodenext, isTriedOften: false },
];
