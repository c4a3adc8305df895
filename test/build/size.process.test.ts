import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from '../../build/bundle.ts';
import { bundledPackages } from '../support/bundled-packages.ts';

const root = join(import.meta.dirname, '../..');

// These survive minification because they are data: names of options, and of a variable.
const parts = { client: 'dangerouslyAllowBrowser', dispatcher: 'maxBodyBytes', logging: 'EXAMPLE_LOG' };
const holders = { ky: 'Sindre Sorhus', zod: 'Colin McDonnell', eventemitter3: 'Arnout Kazemier' };

it.each([
  ['the whole client', `export * from '@example/sdk'`, ['client', 'logging'], ['ky', 'zod', 'eventemitter3']],
  ['an error class', `export { NotFoundError } from '@example/sdk'`, [], []],
  ['verifyWebhook', `export { verifyWebhook } from '@example/sdk/webhooks'`, [], []],
  ['all of the webhooks', `export * from '@example/sdk/webhooks'`, ['dispatcher', 'logging'], []],
])('a page that wants %s gets nothing else, with the notices of its packages', async (_, program, has, packages) => {
  const { text, metafile } = await bundle(program, root);

  const inputs = Object.keys(metafile.inputs).filter((file) => file !== '<stdin>');
  expect(inputs.filter((file) => !file.startsWith('dist/'))).toEqual([]);
  expect(Object.entries(parts).flatMap(([part, trace]) => (text.includes(trace) ? part : []))).toEqual(has);
  expect(bundledPackages(text)).toEqual(packages);
  const noticeOf = (holder: string) => new RegExp(`/\\*![^*]*MIT License[^*]*${holder}`);
  expect(Object.entries(holders).flatMap(([name, each]) => (noticeOf(each).test(text) ? name : []))).toEqual(packages);
});
