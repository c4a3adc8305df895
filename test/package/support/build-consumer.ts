import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'vitest';

/**
 * Compiles a program, of `consumer/` or of an absolute path, into the project where the packages are installed, and returns
 * its path. What it imports of a package stays an `import`, or becomes a `require`, of the installed one.
 */
export async function buildConsumer(source: string, output: string, format: 'esm' | 'cjs' = 'esm'): Promise<string> {
  const outfile = join(inject('project'), output);
  await build({
    entryPoints: [resolve(import.meta.dirname, '../consumer', source)],
    outfile,
    bundle: true,
    format,
    platform: 'neutral',
    packages: 'external',
    tsconfigRaw: {},
  });
  return outfile;
}

/** The same as one file for the web, the installed package included: a module, or a script that sets `suite`. */
export async function bundleConsumer(source: string, output: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  // From the project, its imports lead to the package that is installed there.
  const outfile = await buildConsumer(source, output);
  await build({
    entryPoints: [outfile],
    outfile,
    allowOverwrite: true,
    bundle: true,
    format,
    ...(format === 'iife' && { globalName: 'suite' }),
    platform: 'browser',
    external: ['cloudflare:workers'],
    tsconfigRaw: {},
  });
  return outfile;
}
