import { decode, encode } from '@jridgewell/sourcemap-codec';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is needed of a source map. */
interface SourceMap {
  names: string[];
  sources: string[];
  mappings: string;
}

/**
 * Takes everything out of the source maps of a folder but what leads to a line of our own sources, because that is what a
 * stack shows. Columns take more than half of a map, and the sources of the bundled packages are not in the tarball.
 */
export function keepLinesOfMaps(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.map')) continue;
    const path = join(folder, name);
    // esbuild has written it.
    const map = JSON.parse(readFileSync(path, 'utf8')) as SourceMap;
    const sources = map.sources.filter((source) => !source.includes('/node_modules/'));
    // Without a place of its own, a line has that of the line before.
    let isOwn = false;
    const lines = decode(map.mappings).map((segments) => {
      const kept: ([number] | [number, number, number, number])[] = [];
      for (const [column, index = -1, line = 0] of segments) {
        const source = sources.indexOf(map.sources[index] ?? '');
        const [, lastSource, lastLine] = kept.at(-1) ?? [];
        if (source < 0 && isOwn) kept.push([column]);
        else if (source >= 0 && (source !== lastSource || line !== lastLine)) kept.push([column, source, line, 0]);
        isOwn = source >= 0;
      }
      return kept;
    });
    writeFileSync(path, JSON.stringify({ ...map, sources, names: [], mappings: encode(lines) }));
  }
}
