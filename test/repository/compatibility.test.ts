import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { bundlers, compilers, moduleKinds, runtimes, testRuns } from '../package/support/matrix.ts';
import type { BrowserEngine } from '../support/browser-engines.ts';
import ownNode from '../../node_modules/node/package.json' with { type: 'json' };
import { toolVersions } from '../support/tools.ts';

interface Entry {
  readonly subject: string;
  /** Without one, its version is that of this repository's Node.js, or of the machine. */
  readonly tool?: string | undefined;
  readonly kinds?: readonly { readonly moduleKind: string }[];
}

const engines = ['Chromium', 'Firefox', 'WebKit'] satisfies BrowserEngine['name'][];
const page = join(import.meta.dirname, '../../docs/compatibility.md');
const onlyESModules = moduleKinds.slice(0, 1);

/** What the tests of test/package go through. */
const kinds: Readonly<Record<string, readonly Entry[]>> = {
  Runtimes: [
    ...engines.map((subject) => ({ subject })),
    { subject: 'Cloudflare Workers, without `nodejs_compat`', tool: 'workerd' },
    { subject: 'Next.js edge runtime', tool: 'edge-runtime' },
    { subject: 'React Native, by its Babel preset and compiler', tool: '@react-native/babel-preset' },
    ...runtimes.map((each) => ({ ...each, kinds: moduleKinds })),
  ],
  'Test runners': Array.from(
    Map.groupBy(testRuns, ({ subject }) => subject),
    ([subject, runs]) => ({ subject, tool: runs[0]?.tool, kinds: runs }),
  ),
  Bundlers: [{ subject: 'none, with `dist/browser.min.js`' }, ...bundlers],
  Compilers: compilers.flatMap(({ subject, tool, resolutions }) =>
    resolutions.map((each) => ({ subject: `${subject}, ${each.moduleResolution}`, tool, kinds: each.kinds })),
  ),
};

function described({ subject, tool, kinds: loads = onlyESModules }: Entry): string {
  const version = tool ? toolVersions[tool] : subject.startsWith('Node.js') ? ownNode.version : undefined;
  const details = [version, loads.length > 1 ? undefined : loads[0]?.moduleKind];
  return `${subject} (${details.filter((detail) => detail !== undefined).join(', ')})`;
}

// After a change, `npx vitest run --project unit test/repository/compatibility.test.ts --update` writes the list.
it('docs/compatibility.md lists what is tried', async () => {
  const list = Object.entries(kinds).map(([kind, entries]) => {
    const sorted = entries.map(described).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return `- **${kind}**: ${sorted.join('; ')}`;
  });
  const part = /(?<=<!-- what the tests try -->\n)[^]+(?=\n<!-- \/what the tests try -->)/;
  const text = readFileSync(page, 'utf8').replace(part, () => `\n${list.join('\n')}\n`);

  const formatted = await format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
  await expect(formatted).toMatchFileSnapshot(page);
});
