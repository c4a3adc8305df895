/** How much a page has to download: bundled with esbuild, minified and gzipped. `npm run bench size -- [--save]` */
import { fileURLToPath } from 'node:url';
import { bundle } from '../build/bundle.ts';
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
  bundles.map(async ([what, source]): Promise<SizeRow> => {
    return { what, zipped: (await bundle(source, toolsFolder)).zipped };
  }),
);
print(sizeTables(sizes));
saveResults('size', sizes);
