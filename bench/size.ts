/** How much a page has to download: bundled with esbuild, minified and gzipped. `npm run bench size -- [--save]` */
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { bundle } from '../build/bundle.ts';
import { bundledPackages } from '../test/support/bundled-packages.ts';
import { installTools, toolsFolder } from '../test/support/tools.ts';
import { saveResults } from './shared/results.ts';
import { print, sizeTables, type SizeRow } from './shared/tables.ts';

installTools('all');
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const bundles: readonly (readonly [what: string, source: string])[] = [
  ['@example/sdk, everything', `export * from '${dist}index.js'`],
  ['@example/sdk/webhooks, everything', `export * from '${dist}webhooks/index.js'`],
  ['@example/sdk/webhooks, only verifyWebhook', `export { verifyWebhook } from '${dist}webhooks/index.js'`],
  ['ky', `export { default } from 'ky'`],
  [
    '@octokit/core + throttling + retry',
    `export * from '@octokit/core'; export * from '@octokit/plugin-throttling'; export * from '@octokit/plugin-retry'`,
  ],
  ['stripe', `export { default } from 'stripe'`],
  ['openai', `export { default } from 'openai'`],
];

const sizes = await Promise.all(
  bundles.map(async ([what, source]): Promise<SizeRow> => ({ what, ...(await size(source)) })),
);
print(sizeTables(sizes));
saveResults('size', sizes);

async function size(source: string): Promise<Omit<SizeRow, 'what'>> {
  const { text, minified, zipped, metafile } = await bundle(source, toolsFolder);
  const whole = packagesIn(metafile);
  const parts = bundledPackages(text).filter((name) => !whole.includes(name));
  return { minified, zipped, packages: [...whole, ...parts].join(', ') };
}

/** The installed packages whose code is still in the bundle after tree-shaking. */
function packagesIn({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  const names = files.map(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}
