import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('a bundle for browsers has no Node module in it, except behind `listen`', async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, '../../src/sandbox/index.ts')],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: 'out',
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
  });
  const outputs = Object.values(metafile.outputs);
  const entry = outputs.find((output) => output.entryPoint?.endsWith('src/sandbox/index.ts'))!;

  // What the entry point loads at once, and what that loads at once.
  const reached = new Set([entry]);
  for (const output of reached) {
    for (const { path, kind, external } of output.imports) {
      if (kind !== 'import-statement') continue;
      expect(external, path).toBeUndefined();
      reached.add(metafile.outputs[path]!);
    }
  }
  expect(outputs.some((output) => output.imports.some(({ path }) => path === 'node:http'))).toBe(true);
});
