import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const contexts = join(import.meta.dirname, '../context');

/** As in a user's project: strict, and with the packages as they were built. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};

/** "Cannot find name", with and without a suggestion, and the same in a shorthand property. */
const unknownName = new Set([2304, 2552, 2580, 2582, 18004]);

/** What the reader of a guide has: the name of each export in `context/`, and its file. */
function namesInContext(): ReadonlyMap<string, string> {
  const files = readdirSync(contexts).map((name) => join(contexts, name));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const names = new Map<string, string>();
  for (const file of files) {
    // Each of them is a module.
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    for (const { name } of checker.getExportsOfModule(module)) {
      if (names.has(name)) throw new Error(`${name} is exported by ${names.get(name)} and ${file}.`);
      names.set(name, file);
    }
  }
  return names;
}

function errorsOf(files: ReadonlyMap<string, string>): ts.Diagnostic[] {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
}

/**
 * Imports into each program, in its first line, the names that it uses and doesn't declare from `context/`. Checks the
 * types of all of them.
 *
 * @param programs - The code of each, by its path.
 */
export function compile(programs: ReadonlyMap<string, string>) {
  const context = namesInContext();
  const imports = new Map<string, Set<string>>();
  for (const { code, file, start, length } of errorsOf(programs)) {
    if (!unknownName.has(code) || file === undefined) continue;
    const name = file.text.slice(start, (start ?? 0) + (length ?? 0));
    const from = context.get(name);
    if (from === undefined) continue;
    const statement = `import { ${name} } from '${from}';`;
    imports.set(file.fileName, (imports.get(file.fileName) ?? new Set()).add(statement));
  }
  const complete = new Map(
    Array.from(programs, ([path, code]) => [path, [...(imports.get(path) ?? []), code].join(' ')]),
  );
  const errors = new Map<string, string[]>();
  for (const { file, start, messageText } of errorsOf(complete)) {
    const path = file?.fileName ?? '';
    const line = (file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) + 1;
    const message = `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    errors.set(path, [...(errors.get(path) ?? []), message]);
  }
  return { programs: complete, errors };
}
