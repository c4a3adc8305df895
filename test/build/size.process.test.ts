import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundledPackages } from '../support/bundled-packages.ts';

interface Bundle {
  /** Bytes, minified and gzipped. */
  readonly size: number;
  readonly text: string;
  /** The packages of which the SDK has brought something into the bundle. */
  readonly packages: readonly string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a bundler makes of a program that imports from the built SDK. */
async function bundle(program: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: root },
    absWorkingDir: root,
    tsconfigRaw: {}, // The repository's own leads to src.
    platform: 'browser',
    format: 'esm',
    target: 'es2023',
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  expect(inputs.some(([file]) => file.startsWith('dist/'))).toBe(true);
  expect(inputs.filter(([file]) => !/^dist\/|^<stdin>$/.test(file))).toEqual([]);
  const [{ text } = { text: '' }] = outputFiles;
  return { size: gzipSync(text, { level: 9 }).length, text, packages: bundledPackages(text) };
}

// What survives minification because it is data: names of error classes, of an option.
const clientErrors = /RateLimitError|ConnectionError|ResponseValidationError/;
const dispatcher = /maxBodyBytes/;

describe('a page gets', () => {
  it('the whole client, with the packages that it is built on', async () => {
    const { packages, text } = await bundle(`export * from '@example/sdk';`);
    expect(text).toMatch(clientErrors);
    expect(packages).toEqual(['ky', 'zod', 'eventemitter3']);
  });

  it('an error class without ky, zod or eventemitter3, in at most 1.02 kB', async () => {
    const { size, packages, text } = await bundle(`export { NotFoundError } from '@example/sdk';`);
    expect(text).toContain('NotFoundError');
    expect(packages).toEqual([]);
    expect(size).toBeLessThanOrEqual(1_020);
  });

  it('verifyWebhook without ky, zod, eventemitter3, the dispatcher or anything of the client', async () => {
    const { packages, text } = await bundle(`export { verifyWebhook } from '@example/sdk/webhooks';`);
    expect(text).toContain('WebhookVerificationError');
    expect(text).not.toMatch(clientErrors);
    expect(text).not.toMatch(dispatcher);
    expect(text).not.toMatch(/randomUUID|EXAMPLE_LOG/);
    expect(packages).toEqual([]);
  });

  it('all of the webhooks without ky, eventemitter3 or anything of the client', async () => {
    const { packages, text } = await bundle(`export * from '@example/sdk/webhooks';`);
    expect(text).toMatch(dispatcher);
    expect(text).not.toMatch(clientErrors);
    expect(packages).toEqual(['zod']);
  });

  it('the licence notice of each package whose code it gets, and of no other', async () => {
    const noticesOf = async (program: string) => {
      const { text } = await bundle(program);
      return ['Sindre Sorhus', 'Colin McDonnell', 'Arnout Kazemier'].filter((holder) =>
        new RegExp(`/\\*![^*]*MIT License[^*]*${holder}`).test(text),
      );
    };
    const all = ['Sindre Sorhus', 'Colin McDonnell', 'Arnout Kazemier'];
    expect(await noticesOf(`export * from '@example/sdk';`)).toEqual(all);
    expect(await noticesOf(`export * from '@example/sdk/webhooks';`)).toEqual(['Colin McDonnell']);
    expect(await noticesOf(`export { verifyWebhook } from '@example/sdk/webhooks';`)).toEqual([]);
  });
});
