import ts from 'typescript';

export interface Completion {
  readonly name: string;
  /** What TypeScript calls it, such as `method`. */
  readonly kind: string;
  /** Whether it is of the value before the dot or of the program, and not one of the many globals. */
  readonly isNear: boolean;
}

export interface Completions {
  /** Where what is completed begins. */
  readonly from: number;
  readonly entries: readonly Completion[];
}

/** What is known about a name. */
export interface Description {
  readonly from: number;
  readonly to: number;
  readonly signature: string;
  readonly documentation: string;
}

export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** Answers what the editor asks about a program. */
export interface Language {
  readonly complete: (code: string, position: number) => Completions | undefined;
  /** Describes the entry of a completion. */
  readonly detail: (code: string, position: number, name: string) => Description | undefined;
  /** Describes what is at a position. */
  readonly describe: (code: string, position: number) => Description | undefined;
  readonly check: (code: string) => readonly Problem[];
}

const program = '/program.ts';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts', 'lib.webworker.d.ts'],
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
};

/**
 * TypeScript for one program.
 *
 * @param files - The declarations that it can use, by their paths.
 */
export function createLanguage(files: Readonly<Record<string, string>>): Language {
  let code = '';
  let version = 0;
  const read = (path: string) => (path === program ? code : files[path]);
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [program, '/globals.d.ts'],
    getScriptVersion: (path) => (path === program ? String(version) : '0'),
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '/lib/lib.es2024.d.ts',
    // For the paths of imports.
    getDirectories: (path) => foldersIn(files, path),
    fileExists: (path) => read(path) !== undefined,
    readFile: read,
  });
  const open = (next: string) => {
    if (next === code) return;
    code = next;
    version += 1;
  };

  return {
    complete: (next, position) => {
      open(next);
      const found = service.getCompletionsAtPosition(program, position, {});
      if (!found) return undefined;
      const from =
        found.optionalReplacementSpan?.start ?? position - (/[\w$]*$/.exec(next.slice(0, position))?.[0].length ?? 0);
      const entries = found.entries.map(({ name, kind, sortText }) => ({
        name,
        kind,
        // Globals and keywords start at 15.
        isNear: sortText < '15',
      }));
      return { from, entries };
    },
    detail: (next, position, name) => {
      open(next);
      const found = service.getCompletionEntryDetails(
        program,
        position,
        name,
        undefined,
        undefined,
        undefined,
        undefined,
      );
      return found && { from: position, to: position, ...texts(found) };
    },
    describe: (next, position) => {
      open(next);
      const found = service.getQuickInfoAtPosition(program, position);
      if (!found) return undefined;
      const { start, length } = found.textSpan;
      return { from: start, to: start + length, ...texts(found) };
    },
    check: (next) => {
      open(next);
      return [...service.getSyntacticDiagnostics(program), ...service.getSemanticDiagnostics(program)].map(
        ({ start = 0, length = 0, messageText }) => ({
          from: start,
          to: start + length,
          message: ts.flattenDiagnosticMessageText(messageText, '\n'),
        }),
      );
    },
  };
}

function foldersIn(files: Readonly<Record<string, string>>, path: string): string[] {
  const start = path.endsWith('/') ? path : `${path}/`;
  const below = Object.keys(files).filter((file) => file.startsWith(start) && file.includes('/', start.length));
  return [...new Set(below.map((file) => file.slice(start.length, file.indexOf('/', start.length))))];
}

function texts({
  displayParts,
  documentation,
  tags = [],
}: Partial<ts.QuickInfo>): Pick<Description, 'signature' | 'documentation'> {
  const notes = tags
    .filter(({ name }) => name === 'throws')
    .map(({ text }) => `Throws ${plain(text).replace(/^\{(\w+)\}/, '$1')}`);
  return {
    signature: ts.displayPartsToString(displayParts),
    documentation: [plain(documentation), ...notes].filter((text) => text !== '').join('\n\n'),
  };
}

/** Without the marks of links. */
function plain(parts: readonly ts.SymbolDisplayPart[] = []): string {
  return parts
    .filter(({ kind }) => kind !== 'link')
    .map(({ text }) => text)
    .join('')
    .trim();
}
