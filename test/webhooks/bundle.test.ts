import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

interface Bundle {
  /** Bytes, minified and gzipped. */
  readonly size: number;
  /** The files that something of is in the bundle. */
  readonly files: readonly string[];
}

/** What a bundler makes of a program that imports from the SDK; zod is most apps' own already, and is left out. */
async function bundle(program: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    alias: { '@example/sdk/webhooks': fileURLToPath(new URL('../../src/webhooks/index.ts', import.meta.url)) },
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    external: ['zod/mini'],
    platform: 'browser',
    format: 'esm',
    target: 'es2023',
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { size: gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length, files: inputs.map(([file]) => file) };
}

const clientOnly =
  /node_modules\/ky\/|src\/errors\.ts|src\/client\.ts|src\/(http|rate-limit|resources|pagination)\/(?!validation\.ts)/;

describe('who imports only verifyWebhook', () => {
  it('gets at most 4 kB gzipped', async () => {
    const { size } = await bundle(`import { verifyWebhook } from '@example/sdk/webhooks'; verifyWebhook();`);
    expect(size).toBeLessThanOrEqual(4_096);
  });

  it('gets no dispatcher, no signing and nothing of the client', async () => {
    const { files } = await bundle(`import { verifyWebhook } from '@example/sdk/webhooks'; verifyWebhook();`);
    expect(files).toContain('src/webhooks/verify-webhook.ts');
    expect(files.filter((file) => clientOnly.test(file))).toEqual([]);
    expect(
      files.filter((file) => /node_modules|webhooks\/(webhooks|sign|.*adapter|.*store)\.ts|logger/.test(file)),
    ).toEqual([]);
  });
});

describe('who imports everything', () => {
  it('gets eventemitter3, and nothing of the client', async () => {
    const { files } = await bundle(`export * from '@example/sdk/webhooks';`);
    expect(files.filter((file) => file.includes('node_modules')).every((file) => file.includes('eventemitter3'))).toBe(
      true,
    );
    expect(files.filter((file) => clientOnly.test(file))).toEqual([]);
  });
});
