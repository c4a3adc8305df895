import { join } from 'node:path';
import ts from 'typescript';

/** What an editor shows for a place in the code. */
export interface Hover {
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
export function hover(project: string, program: string): Hover {
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
