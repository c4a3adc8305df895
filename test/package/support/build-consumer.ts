import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { inject } from 'vitest';

/**
 * Compiles a program of `consumer/` into the project where the tarball is installed, and returns its path. What it
 * imports of the SDK stays an `import`, or becomes a `require`, of the installed package.
 */
export function buildConsumer(source: string, output: string, format: 'esm' | 'cjs' = 'esm'): Promise<string> {
  return compile(source, output, { format, platform: 'neutral', packages: 'external' });
}

/** Compiles a program into one file for the web, the installed package included. */
export function bundleConsumer(source: string, output: string): Promise<string> {
  return compile(source, output, { format: 'esm', platform: 'browser' });
}

async function compile(source: string, output: string, options: BuildOptions): Promise<string> {
  const { project } = inject('packed');
  const outfile = join(project, output);
  await build({
    entryPoints: [join(import.meta.dirname, '../consumer', source)],
    outfile,
    bundle: true,
    // Found there, and nowhere else: by the repository's own settings the SDK would be its sources.
    nodePaths: [join(project, 'node_modules')],
    tsconfigRaw: {},
    ...options,
  });
  return outfile;
}
