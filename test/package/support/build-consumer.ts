import { dirname, join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { inject } from 'vitest';

/**
 * Compiles a program of `consumer/` into the project where the SDK is installed, or into another one, and returns its
 * path. What it imports of a package stays an `import`, or becomes a `require`, of the installed one.
 */
export function buildConsumer(
  source: string,
  output: string,
  format: 'esm' | 'cjs' = 'esm',
  project = inject('packed').project,
): Promise<string> {
  return compile(source, join(project, output), { format, platform: 'neutral', packages: 'external' });
}

/** Compiles a program, of `consumer/` or of an absolute path, into one file for the web, the installed package included. */
export function bundleConsumer(source: string, output: string): Promise<string> {
  return compile(source, join(inject('packed').project, output), { format: 'esm', platform: 'browser' });
}

async function compile(source: string, outfile: string, options: BuildOptions): Promise<string> {
  await build({
    entryPoints: [resolve(import.meta.dirname, '../consumer', source)],
    outfile,
    bundle: true,
    // Found there, and nowhere else: by the repository's own settings the SDK would be its sources.
    nodePaths: [join(dirname(outfile), 'node_modules')],
    tsconfigRaw: {},
    ...options,
  });
  return outfile;
}
