import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, inject, it } from 'vitest';

describe('what an editor shows', () => {
  const show = (expression: string) =>
    hover(inject('packed').project, `import { Client } from '@example/sdk';\n${expression}`);

  it('of a call: its documentation, and types that have names', () => {
    expect(show('new Client().users.|create')).toEqual({
      signature: '(method) Users.create(params: UserCreateParams, options?: RequestOptions): APIPromise<User>',
      documentation: expect.stringMatching(/^Creates a user: `POST \/users`\./),
      tags: [
        'throws {ConflictError} when it conflicts with existing data, such as a user with this email address.',
        'throws {UnprocessableEntityError} when a field is invalid; its `details` say which.',
        expect.stringMatching(/^example const user = await client\.users\.create\(/),
      ],
    });
  });

  it.each([
    ['new Client().users.|get', '(method) Users.get(id: string, options?: RequestOptions): APIPromise<User>'],
    [
      'new Client().projects.|list',
      '(method) Projects.list(params?: ProjectListParams, options?: ListOptions): ListPromise<Project>',
    ],
    ['const |user = await new Client().users.get("1")', 'const user: User'],
    ['const |page = await new Client().projects.list()', 'const page: Page<Project>'],
    ['for await (const |project of new Client().projects.list()) project', 'const project: Project'],
    ['new Client().on("retry", (|event) => event)', '(parameter) event: RetryEvent'],
  ])('%s', (expression, signature) => {
    expect(show(expression).signature).toBe(signature);
  });
});

describe.each(['import', 'require'] as const)('the declarations for %s', (condition) => {
  const read = () => readDeclarations(join(inject('packed').project, 'node_modules/@example/sdk'), condition);

  it('import no other package: not zod, not ky', () => {
    expect(read().packages).toEqual([]);
  });

  it('declare nothing that nobody can import', () => {
    expect(read().unreachable).toEqual([]);
  });
});

/** What an editor shows for a place in the code. */
interface Hover {
  /** The signature. */
  readonly signature: string;
  readonly documentation: string;
  /** Tags of the documentation, such as `throws`. */
  readonly tags: readonly string[];
}

/**
 * Shows what an editor would, where the pointer is on the `|` in a program of the project.
 *
 * @example
 * hover(project, `import { Client } from '@example/sdk'; new Client().users.cre|ate;`);
 */
function hover(project: string, program: string): Hover {
  const file = join(project, 'hover.ts');
  const position = program.indexOf('|');
  const text = program.replace('|', '');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: [],
    strict: true,
  };
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const source = name === file ? text : ts.sys.readFile(name);
      return source === undefined ? undefined : ts.ScriptSnapshot.fromString(source);
    },
    getCurrentDirectory: () => project,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
  });
  const info = service.getQuickInfoAtPosition(file, position);
  if (info === undefined) throw new Error(`There is nothing to show in: ${program}`);
  return {
    signature: ts.displayPartsToString(info.displayParts),
    documentation: ts.displayPartsToString(info.documentation),
    tags: (info.tags ?? []).map(({ name, text: parts }) => `${name} ${ts.displayPartsToString(parts)}`),
  };
}

/** What the declarations of a package say, read as a compiler does. */
interface Declarations {
  /** Packages that they import. */
  readonly packages: readonly string[];
  /** What they declare although nobody can import it, as `file: name`. */
  readonly unreachable: readonly string[];
}

/** Reads the declarations that a package has for `import`, or for `require`. */
function readDeclarations(directory: string, condition: 'import' | 'require'): Declarations {
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
