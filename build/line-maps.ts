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
    const lines = decode(map.mappings).map((segments) =>
      segments
        .map(([column, index = -1, line = 0]) => {
          const source = sources.indexOf(map.sources[index] ?? '');
          return { column, source, line: source < 0 ? 0 : line };
        })
        .filter(({ source, line }, index, all) => {
          const { source: before, line: lineBefore } = all[index - 1] ?? { source: -1, line: 0 };
          return source !== before || line !== lineBefore;
        })
        .map(({ column, source, line }): [number] | [number, number, number, number] =>
          source < 0 ? [column] : [column, source, line, 0],
        ),
    );
    writeFileSync(path, JSON.stringify({ ...map, sources, names: [], mappings: encode(lines) }));
  }
}
