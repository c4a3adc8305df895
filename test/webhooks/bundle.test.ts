import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

interface Bundle {
  /** Bytes, minified and gzipped. */
  readonly size: number;
  readonly text: string;
  /** The files that something of is in the bundle. */
  readonly files: readonly string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a bundler makes of a program that imports from the built SDK; zod is most apps' own already, and is left out. */
async function bundle(program: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: root },
    absWorkingDir: root,
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
  const [{ text } = { text: '' }] = outputFiles;
  return { size: gzipSync(text, { level: 9 }).length, text, files: inputs.map(([file]) => file) };
}

/** Packages in a bundle. */
const packages = ({ files }: Bundle) =>
  new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));

// Names survive minification where they are data: those of error classes are.
const clientErrors = /NotFoundError|RateLimitError|ConnectionError|ResponseValidationError/;

describe('who imports only verifyWebhook', () => {
  const program = `import { verifyWebhook } from '@example/sdk/webhooks'; globalThis.verify = verifyWebhook;`;

  it('gets at most 4 kB gzipped', async () => {
    const { size, text } = await bundle(program);
    expect(text).toContain('WebhookVerificationError');
    expect(size).toBeLessThanOrEqual(4_096);
  });

  it('gets no other package, no dispatcher, no signing and nothing of the client', async () => {
    const bundled = await bundle(program);
    expect([...packages(bundled)]).toEqual([]);
    expect(bundled.text).not.toMatch(clientErrors);
    expect(bundled.text).not.toMatch(/maxBodyBytes|randomUUID|EXAMPLE_/);
  });
});

describe('who imports everything', () => {
  it('gets eventemitter3, and nothing of the client', async () => {
    const bundled = await bundle(`export * from '@example/sdk/webhooks';`);
    expect([...packages(bundled)]).toEqual(['eventemitter3']);
    expect(bundled.text).toMatch(/maxBodyBytes/);
    expect(bundled.text).not.toMatch(clientErrors);
  });
});
