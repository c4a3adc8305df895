import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** What the declarations of a package say, read as a compiler does. */
export interface Declarations {
  /** Packages that they import. */
  readonly packages: readonly string[];
  /** What they declare although nobody can import it, as `file: name`. */
  readonly unreachable: readonly string[];
}

/** Reads the declarations that a package has for `import`, or for `require`. */
export function readDeclarations(directory: string, condition: 'import' | 'require'): Declarations {
  const entries = entryPoints(directory, condition);
  const options = { module: ts.ModuleKind.NodeNext, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'], types: [] };
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(directory));

  const exported = new Set<ts.Symbol | undefined>();
  for (const file of files.filter(({ fileName }) => entries.includes(fileName))) {
    const module = checker.getSymbolAtLocation(file);
    for (const symbol of module ? checker.getExportsOfModule(module) : []) {
      exported.add(symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
    }
  }

  const imports = files.flatMap(({ text }) => ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName));
  return {
    packages: imports.filter((specifier) => !specifier.startsWith('.')),
    unreachable: files.flatMap((file) =>
      file.statements
        .flatMap(declaredNames)
        .filter((name) => !exported.has(checker.getSymbolAtLocation(name)))
        .map((name) => `${file.fileName.slice(directory.length + 1)}: ${name.getText()}`),
    ),
  };
}

/** The files that `exports` in the package's package.json has for types. */
function entryPoints(directory: string, condition: 'import' | 'require'): string[] {
  // Ours: each entry point has both conditions, or is a file that has no types.
  const { exports } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    exports: Record<string, string | Record<typeof condition, { types: string }>>;
  };
  return Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : join(directory, entry[condition].types),
  );
}

function declaredNames(statement: ts.Statement): ts.Node[] {
  if (ts.isVariableStatement(statement)) {
    // A unique symbol makes a type one of its own, and has no other use.
    const isBrand = ({ type }: ts.VariableDeclaration) => type?.kind === ts.SyntaxKind.TypeOperator;
    return statement.declarationList.declarations.filter((each) => !isBrand(each)).map(({ name }) => name);
  }
  return ts.isDeclarationStatement(statement) && statement.name ? [statement.name] : [];
}
