import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { browserEngines } from '../support/browser-engines.ts';
import { bundlers } from './support/bundlers.ts';
import { compilers } from './support/compilers.ts';
import { moduleKinds, runtimes, testRuns } from './support/runtimes.ts';
import { versionOf } from './support/tools.ts';

type ModuleKinds = readonly { readonly moduleKind: string }[];

const page = join(import.meta.dirname, '../../docs/compatibility.md');
const onlyESModules = moduleKinds.slice(0, 1);

/** A line of the table: a tool by its name in `test/package/tools/package.json`, or what has no version there. */
function line(kind: string, subject: string, tool?: string, loads: ModuleKinds = onlyESModules): string {
  const loaded = moduleKinds.map(({ moduleKind }) =>
    loads.some((each) => each.moduleKind === moduleKind) ? 'yes' : '–',
  );
  return `| ${[kind, subject, tool ? versionOf(tool) : '', ...loaded].join(' | ')} |`;
}

/** What the tests of this folder go through. The version of a browser is that of the machine. */
const kinds = [
  [
    ...browserEngines.map(({ name }) => line('Runtime', `Browsers (${name})`)),
    ...browserEngines.map(({ name }) => line('Runtime', `Service workers (${name})`)),
    line('Runtime', 'Cloudflare Workers, without `nodejs_compat`', 'workerd'),
    line('Runtime', 'Next.js edge runtime', 'edge-runtime'),
    line('Runtime', 'React Native, by its Babel preset and Hermes', '@react-native/babel-preset'),
    ...runtimes.map(({ subject, name }) => line('Runtime', subject, name, moduleKinds)),
  ],
  [
    ...Array.from(
      Map.groupBy(testRuns, ({ subject }) => subject),
      ([subject, runs]) => line('Test runner', subject, runs[0]?.name, runs),
    ),
    line('Test runner', 'Jest with jsdom, by a line of its test', 'jest-environment-jsdom', moduleKinds.slice(1)),
    line('Test runner', 'Vitest with happy-dom', 'happy-dom'),
    line('Test runner', 'Vitest with jsdom', 'jsdom'),
  ],
  [
    line('Package manager', 'pnpm, strict', 'pnpm', moduleKinds),
    line('Package manager', 'Yarn, Plug’n’Play', '@yarnpkg/cli-dist', moduleKinds),
  ],
  [
    line('Bundler', 'none: `dist/browser.min.js`'),
    ...bundlers.map(({ subject, name }) => line('Bundler', subject, name)),
  ],
  compilers.flatMap(({ compiler, name, resolutions }) =>
    resolutions.map((each) => line('Compiler', `${compiler}, ${each.moduleResolution}`, name, each.kinds)),
  ),
];

// After a change, `npx vitest run --project package test/package/compatibility.test.ts --update` writes the table.
it('docs/compatibility.md lists what is tried', async () => {
  const lines = kinds.flatMap((each) => each.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
  const table = ['| Kind | Name | Version | ES module | CommonJS |', '| - | - | - | - | - |', ...lines].join('\n');
  const text = readFileSync(page, 'utf8').replace(
    /(<!-- what the tests try -->\n)[^]+(\n<!-- \/what the tests try -->)/,
    (_, start: string, end: string) => `${start}\n${table}\n${end}`,
  );

  const formatted = await format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
  expect(formatted).toContain(versionOf('node24'));
  await expect(formatted).toMatchFileSnapshot(page);
});
