import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { inject } from 'vitest';

/**
 * Compiles a program, from `consumer/` or an absolute path, into the project where the packages are installed, and
 * returns its path. It still imports the installed packages, with `import` or with `require`.
 */
export async function buildConsumer(source: string, output: string, format: 'esm' | 'cjs' = 'esm'): Promise<string> {
  const entry = resolve(import.meta.dirname, '../consumer', source);
  return bundle(entry, join(inject('project'), output), { format, platform: 'neutral', packages: 'external' });
}

/** Builds one file for the web that includes the installed package: a module, or a script that sets `suite`. */
export async function bundleConsumer(source: string, output: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  // Imports resolve from the project to the installed package.
  const file = await buildConsumer(source, output);
  const globalName = format === 'iife' ? { globalName: 'suite' } : {};
  return bundle(file, file, { format, ...globalName, platform: 'browser', external: ['cloudflare:workers'] });
}

async function bundle(entry: string, outfile: string, options: BuildOptions): Promise<string> {
  await build({ entryPoints: [entry], outfile, allowOverwrite: true, bundle: true, tsconfigRaw: {}, ...options });
  return outfile;
}
