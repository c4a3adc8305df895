import { join } from 'node:path';
import ts from 'typescript';
import { expect, inject, it } from 'vitest';

/** Where the pointer is, and what an editor then shows first. */
const signatures = [
  [
    'new Client().users.|create',
    '(method) Users.create(params: UserCreateParams, options?: RequestOptions): APIPromise<User>',
  ],
  ['new Client().users.|get', '(method) Users.get(id: string, options?: RequestOptions): APIPromise<User>'],
  [
    'new Client().projects.|list',
    '(method) Projects.list(params?: ProjectListParams, options?: ListOptions): ListPromise<Project>',
  ],
  ['const |user = await new Client().users.get("1")', 'const user: User'],
  ['const |page = await new Client().projects.list()', 'const page: Page<Project>'],
  ['for await (const |project of new Client().projects.list()) project', 'const project: Project'],
  ['new Client().on("retry", (|event) => event)', '(parameter) event: RetryEvent'],
] as const;

it('an editor shows types that have names', () => {
  const shown = show(signatures.map(([expression]) => expression));

  expect(shown.map(({ displayParts }) => ts.displayPartsToString(displayParts))).toEqual(
    signatures.map(([, signature]) => signature),
  );
});

it('an editor shows the documentation of a call', () => {
  const [{ documentation, tags = [] } = expect.fail()] = show(['new Client().users.|create']);

  expect(ts.displayPartsToString(documentation)).toMatch(/^Creates a user: `POST \/users`\./);
  expect(tags.map(({ name, text }) => `${name} ${ts.displayPartsToString(text)}`)).toEqual([
    'throws {ConflictError} when it conflicts with existing data, such as a user with this email address.',
    'throws {UnprocessableEntityError} when a field is invalid; its `details` say which.',
    expect.stringMatching(/^example const user = await client\.users\.create\(/),
  ]);
});

/** Shows what an editor would, where the pointer is on the `|` of each expression in a program of the project. */
function show(expressions: readonly string[]): ts.QuickInfo[] {
  const project = inject('project');
  const file = join(project, 'hover.ts');
  const lines = ["import { Client } from '@example/sdk';", ...expressions.map((each) => `{ ${each} }`)];
  const [first = '', ...rest] = lines.join('\n').split('|');
  const text = [first, ...rest].join('');
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
  let position = first.length;
  return rest.map((after) => {
    const info = service.getQuickInfoAtPosition(file, position) ?? expect.fail(`Nothing is shown at: ${after}`);
    position += after.length;
    return info;
  });
}
