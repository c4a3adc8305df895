import ts from 'typescript';
import { programOf } from './program.ts';

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

/**
 * Makes a program of each block of code, and checks the types of all of them.
 *
 * @param blocks - The code of each, by the path of its program.
 */
export function compile(blocks: ReadonlyMap<string, string>) {
  const programs = new Map(Array.from(blocks, ([path, code]) => [path, programOf(code)]));
  const errors = new Map<string, string[]>();
  for (const { file, start, messageText } of diagnosticsOf(programs)) {
    const path = file?.fileName ?? '';
    const line = (file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) + 1;
    const message = `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    errors.set(path, [...(errors.get(path) ?? []), message]);
  }
  return { programs, errors };
}

function diagnosticsOf(files: ReadonlyMap<string, string>): ts.Diagnostic[] {
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
