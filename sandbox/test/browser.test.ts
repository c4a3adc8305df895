import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { bundledText } from '../../build/bundled-text.ts';
import { createSandbox } from '../src/browser.ts';
import { call } from './support/calls.ts';

test('the entry point for browsers imports no Node module', async () => {
  // Rejects if there is one: for a page, esbuild can't resolve it.
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '../src/browser.ts')],
    bundle: true,
    plugins: [bundledText],
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);

  expect(inputs).toContain('sandbox/src/sandbox.ts');
  expect(inputs).not.toContain('sandbox/src/server.ts');
});

test('in a browser, fetch responds, and listen rejects and names the alternative', async () => {
  const sandbox = createSandbox({ projects: 3 });

  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);
  await expect(sandbox.listen()).rejects.toThrow('sandbox.listen() needs Node.js');
});
