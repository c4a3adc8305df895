import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { inject } from 'vitest';

/**
 * Compiles a program, of `consumer/` or of an absolute path, into the project where the packages are installed, and returns
 * its path. What it imports of a package stays an `import`, or becomes a `require`, of the installed one.
 */
export async function buildConsumer(source: string, output: string, format: 'esm' | 'cjs' = 'esm'): Promise<string> {
  const entry = resolve(import.meta.dirname, '../consumer', source);
  return bundle(entry, join(inject('project'), output), { format, platform: 'neutral', packages: 'external' });
}

/** The same as one file for the web, the installed package included: a module, or a script that sets `suite`. */
export async function bundleConsumer(source: string, output: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  // From the project, its imports lead to the package that is installed there.
  const file = await buildConsumer(source, output);
  const globalName = format === 'iife' ? { globalName: 'suite' } : {};
  return bundle(file, file, { format, ...globalName, platform: 'browser', external: ['cloudflare:workers'] });
}

async function bundle(entry: string, outfile: string, options: BuildOptions): Promise<string> {
  await build({ entryPoints: [entry], outfile, allowOverwrite: true, bundle: true, tsconfigRaw: {}, ...options });
  return outfile;
}
