import { decode, encode } from '@jridgewell/sourcemap-codec';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is needed of a source map. */
interface SourceMap {
  names: string[];
  mappings: string;
}

/**
 * Takes everything out of the source maps of a folder but what leads to a line, because that is what a stack shows.
 * Columns take more than half of a map.
 */
export function keepLinesOfMaps(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.map')) continue;
    const path = join(folder, name);
    // esbuild has written it.
    const map = JSON.parse(readFileSync(path, 'utf8')) as SourceMap;
    const lines = decode(map.mappings).map((segments) =>
      segments
        .filter(([, source, line], index) => source !== segments[index - 1]?.[1] || line !== segments[index - 1]?.[2])
        .map(([column, source, line]): [number] | [number, number, number, number] =>
          source === undefined || line === undefined ? [column] : [column, source, line, 0],
        ),
    );
    writeFileSync(path, JSON.stringify({ ...map, names: [], mappings: encode(lines) }));
  }
}
