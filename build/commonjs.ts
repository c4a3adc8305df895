import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Leaves every import where it is, but lets it lead to the CommonJS file beside the ES module. */
const importCommonjs: Plugin = {
  name: 'import-commonjs',
  setup: (build) => {
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/^(\..+)\.js$/, '$1.cjs'), external: true },
    );
  },
};

/**
 * Writes each ES module of a folder as CommonJS, so that the files of both formats are divided in the same way: what
 * two entry points have in common is there once.
 *
 * @param isLeftOut Names of files to leave out.
 */
export async function writeCommonjs(folder: string, isLeftOut: (name: string) => boolean): Promise<void> {
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  await build({
    entryPoints: modules.filter((name) => name.endsWith('.js') && !isLeftOut(name)).map((name) => join(folder, name)),
    outbase: folder,
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    // The files are bundled already. This is how plugins get to see their imports.
    bundle: true,
    plugins: [importCommonjs],
    format: 'cjs',
    platform: 'node',
    target: 'es2023',
    // Names and short lines are what a stack needs. ES modules also need their comments: they say what is pure.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 100,
    logLevel: 'warning',
  });
}
