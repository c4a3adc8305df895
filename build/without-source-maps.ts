import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** A source map that says nothing, which is how esbuild is told to leave a file out of the source map of a bundle. */
const emptySourceMap = btoa(JSON.stringify({ version: 3, sources: [''], mappings: 'A' }));

/** Leaves packages out of the source maps, because their sources are not in the tarball. */
export function withoutSourceMaps(packages: readonly string[]): Plugin {
  return {
    name: 'without-source-maps',
    setup: (build) => {
      const filter = new RegExp(`node_modules[\\\\/](${packages.join('|')})[\\\\/].*\\.m?js$`);
      build.onLoad({ filter }, async ({ path }) => {
        const text = (await readFile(path, 'utf8')).replace(/\n\/\/# sourceMappingURL=.*\s*$/, '');
        return { contents: `${text}\n//# sourceMappingURL=data:application/json;base64,${emptySourceMap}` };
      });
    },
  };
}
