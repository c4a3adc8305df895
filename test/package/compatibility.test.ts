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

/** What is tried: a tool by its name in `test/package/tools/package.json`, or what has no version there. */
function entry(subject: string, tool?: string, loads: ModuleKinds = onlyESModules): string {
  const details = [tool && versionOf(tool), loads.length > 1 ? undefined : loads[0]?.moduleKind];
  return `${subject} (${details.filter((detail) => detail !== undefined).join(', ')})`;
}

/** What the tests of this folder go through. The version of a browser is that of the machine. */
const kinds = {
  Runtimes: [
    ...browserEngines.map(({ name }) => entry(name)),
    ...browserEngines.map(({ name }) => entry(`service workers in ${name}`)),
    entry('Cloudflare Workers, without `nodejs_compat`', 'workerd'),
    entry('Next.js edge runtime', 'edge-runtime'),
    entry('React Native, by its Babel preset and Hermes', '@react-native/babel-preset'),
    ...runtimes.map(({ subject, name }) => entry(subject, name, moduleKinds)),
  ],
  'Test runners': [
    ...Array.from(
      Map.groupBy(testRuns, ({ subject }) => subject),
      ([subject, runs]) => entry(subject, runs[0]?.name, runs),
    ),
    entry('Jest with jsdom, by a line of its test', 'jest-environment-jsdom', moduleKinds.slice(1)),
    entry('Vitest with happy-dom', 'happy-dom'),
    entry('Vitest with jsdom', 'jsdom'),
  ],
  'Package managers': [
    entry('pnpm, strict', 'pnpm', moduleKinds),
    entry('Yarn, Plug’n’Play', '@yarnpkg/cli-dist', moduleKinds),
  ],
  Bundlers: [entry('none, with `dist/browser.min.js`'), ...bundlers.map(({ subject, name }) => entry(subject, name))],
  Compilers: compilers.flatMap(({ compiler, name, resolutions }) =>
    resolutions.map((each) => entry(`${compiler}, ${each.moduleResolution}`, name, each.kinds)),
  ),
};

// After a change, `npx vitest run --project package test/package/compatibility.test.ts --update` writes the list.
it('docs/compatibility.md lists what is tried', async () => {
  const list = Object.entries(kinds)
    .map(([kind, each]) => {
      const entries = each.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
      return `- **${kind}**: ${entries.join('; ')}`;
    })
    .join('\n');
  const text = readFileSync(page, 'utf8').replace(
    /(<!-- what the tests try -->\n)[^]+(\n<!-- \/what the tests try -->)/,
    (_, start: string, end: string) => `${start}\n${list}\n${end}`,
  );

  const formatted = await format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
  expect(formatted).toContain(versionOf('node24'));
  await expect(formatted).toMatchFileSnapshot(page);
});
