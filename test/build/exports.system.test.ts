import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

/** Every entry point that has declarations, once for each module format. */
const entryPoints = Object.entries(manifest.exports).flatMap(([entry, target]) =>
  typeof target === 'string'
    ? []
    : Object.entries(target).map(([condition, files]) => ({ entry, condition, ...files })),
);

const program = ts.createProgram(
  entryPoints.map(({ types }) => join(root, types)),
  { module: ts.ModuleKind.NodeNext, types: [] },
);

/** The classes, functions and constants that a declaration file exports, also those that it exports as types only. */
function declaredValues(file: string): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(join(root, file));
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is no module.`);
  return checker
    .getExportsOfModule(module)
    .filter((symbol) => {
      const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return flags & ts.SymbolFlags.Value;
    })
    .map(({ name }) => name)
    .sort();
}

/** The names under which a built file exports something. */
async function exportedValues(file: string, condition: string): Promise<string[]> {
  const path = join(root, file);
  // A namespace object, or what CommonJS exports in its place.
  const values = (condition === 'require' ? require(path) : await import(pathToFileURL(path).href)) as object;
  return Object.keys(values).sort();
}

describe.each(entryPoints)('$entry, for $condition', ({ condition, types, default: file }) => {
  it('exports each class, function and constant that it declares, and nothing else', async () => {
    const declared = declaredValues(types);

    expect(declared).not.toEqual([]);
    expect(await exportedValues(file, condition)).toEqual(declared);
  });
});
