import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bundle } from '../../build/bundle.ts';
import { bundledPackages } from '../support/bundled-packages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a bundler makes of a program that imports from the built SDK. */
async function bundled(program: string): Promise<string> {
  const { text, metafile } = await bundle(program, root);
  const inputs = Object.keys(metafile.inputs).filter((file) => file !== '<stdin>');
  expect(inputs.filter((file) => !file.startsWith('dist/'))).toEqual([]);
  return text;
}

// What survives minification because it is data: names of options, and of a variable.
const parts = { client: 'dangerouslyAllowBrowser', dispatcher: 'maxBodyBytes', logging: 'EXAMPLE_LOG' };
const holders = { ky: 'Sindre Sorhus', zod: 'Colin McDonnell', eventemitter3: 'Arnout Kazemier' };

it.each([
  ['the whole client', `export * from '@example/sdk'`, ['client', 'logging'], ['ky', 'zod', 'eventemitter3'], 100_000],
  ['an error class', `export { NotFoundError } from '@example/sdk'`, [], [], 1_020],
  ['verifyWebhook', `export { verifyWebhook } from '@example/sdk/webhooks'`, [], [], 10_000],
  ['all of the webhooks', `export * from '@example/sdk/webhooks'`, ['dispatcher', 'logging'], ['zod'], 100_000],
])(
  'a page that wants %s gets nothing else, with the notices of its packages',
  async (_, program, has, packages, limit) => {
    const text = await bundled(program);

    const found = Object.entries(parts).flatMap(([part, trace]) => (text.includes(trace) ? part : []));
    expect(found).toEqual(has);
    expect(bundledPackages(text)).toEqual(packages);
    const notices = Object.entries(holders).filter(([, each]) =>
      new RegExp(`/\\*![^*]*MIT License[^*]*${each}`).test(text),
    );
    expect(notices.map(([name]) => name)).toEqual(packages);
    // `size-budget.json` limits the larger ones.
    expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(limit);
  },
);
