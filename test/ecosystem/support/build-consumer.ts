import { join } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'vitest';

/**
 * Compiles a program of `test/ecosystem/consumer` into the project where the tarball is installed, and returns its path.
 * What it imports of the SDK stays an `import`, or becomes a `require`, of the installed package.
 */
export async function buildConsumer(source: string, output: string, format: 'esm' | 'cjs'): Promise<string> {
  const outfile = join(inject('packed').project, output);
  await build({
    entryPoints: [join(import.meta.dirname, '../consumer', source)],
    outfile,
    format,
    bundle: true,
    packages: 'external',
    platform: 'neutral',
    // Not the repository's, by which the SDK is its sources.
    tsconfigRaw: {},
  });
  return outfile;
}
