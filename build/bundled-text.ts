import { dirname, resolve } from 'node:path';
import { build as bundleWith, type Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin as VitePlugin } from 'vite';

const suffix = '?bundled';

/** Bundles and minifies a script or a style sheet. */
async function bundle(path: string): Promise<string> {
  const { outputFiles } = await bundleWith({
    entryPoints: [path],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${path} gave no output.`);
  return file.text;
}

/**
 * Lets code import browser code as text: `import script from './main.ts?bundled'`. That way, the dashboard's server
 * contains its script and its style sheet, and needs no files.
 */
export const bundledText: EsbuildPlugin = {
  name: 'bundled-text',
  setup: (build) => {
    build.onResolve({ filter: /\?bundled$/ }, ({ path, resolveDir }) => ({
      // Keeps the suffix, so that no other plugin takes it for a file.
      path: resolve(resolveDir, path),
      namespace: 'bundled-text',
    }));
    build.onLoad({ filter: /./, namespace: 'bundled-text' }, async ({ path }) => ({
      contents: await bundle(path.slice(0, -suffix.length)),
      loader: 'text',
    }));
  },
};

/** The prefix and the suffix of an id keep Vite from treating it as a file or as a style sheet. */
const [idPrefix, idEnd] = ['\0bundled-text:', '.text'];

/** The same for tests, which run the source. */
export const bundledTextInTests: VitePlugin = {
  name: 'bundled-text',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source.endsWith(suffix) && importer !== undefined
      ? `${idPrefix}${resolve(dirname(importer), source.slice(0, -suffix.length))}${idEnd}`
      : undefined,
  load: async (id) =>
    id.startsWith(idPrefix)
      ? `export default ${JSON.stringify(await bundle(id.slice(idPrefix.length, -idEnd.length)))}`
      : undefined,
};
