import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { codeBlocks, placeOf, root } from './support/code-blocks.ts';
import { programOf } from './support/program.ts';

/** The options of a user's project: strict, with the packages as built. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node'],
  ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
  ...{ noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
};

// test/frameworks and test/package compile the blocks for other platforms with their types.
it('the code in the guides has the right types', { timeout: 300_000 }, () => {
  const scripts = codeBlocks.filter(({ language }) => language === 'ts' || language === 'js');
  const typed = scripts.filter((block) => !['server', 'Jest'].includes(placeOf(block)));
  // Files in the root find the packages.
  const files = new Map(typed.map(({ code }, index) => [join(root, `block-${index}.ts`), programOf(code)]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  const program = ts.createProgram([...files.keys()], options, host);

  const errors = [...files.keys()].flatMap((path, index) => {
    const file = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ messageText }) => [typed[index]?.name, ts.flattenDiagnosticMessageText(messageText, '\n')]);
  });
  expect(errors).toEqual([]);
  expect(typed.length).toBeGreaterThan(70);
});
