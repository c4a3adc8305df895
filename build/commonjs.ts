import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Leaves every import in place, but points it to the CommonJS file beside the ES module. */
const importCommonjs: Plugin = {
  name: 'import-commonjs',
  setup: (build) => {
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/^(\..+)\.js$/, '$1.cjs'), external: true },
    );
  },
};

/**
 * Writes each ES module in a folder as CommonJS, so that both formats are split into the same files and code that two
 * entry points share exists once.
 *
 * @param isLeftOut Whether to leave a file out, by its name.
 */
export async function writeCommonjs(folder: string, isLeftOut: (name: string) => boolean): Promise<void> {
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  await build({
    entryPoints: modules.filter((name) => name.endsWith('.js') && !isLeftOut(name)).map((name) => join(folder, name)),
    outbase: folder,
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    // The files are already bundled. This is how plugins get to see their imports.
    bundle: true,
    plugins: [importCommonjs],
    format: 'cjs',
    platform: 'node',
    target: 'es2023',
    // Stack traces need names and short lines. ES modules also need their comments, which mark what is pure.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 100,
    logLevel: 'warning',
  });
}
