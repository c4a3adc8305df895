import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './pages.ts';

const require = createRequire(import.meta.url);

/** What the editor's TypeScript reads: the declarations of all that a program in the page can use, by their paths. */
export function typeFiles(): Record<string, string> {
  return {
    ...libraries(['es2024', 'esnext.disposable', 'webworker']),
    ...declarations('@example/sdk', root, 'dist'),
    ...declarations('@example/sandbox', `${root}sandbox`, 'dist'),
    ...declarations('ky', join(dirname(require.resolve('ky')), '..'), 'distribution'),
    '/globals.d.ts': `/** The copy of the API in this page. */
declare const sandbox: import('@example/sandbox').Sandbox;
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
`,
  };
}

/** Declarations of the language and of a worker, with those that they refer to. */
export function libraries(names: readonly string[]): Record<string, string> {
  const folder = dirname(require.resolve('typescript'));
  const files: Record<string, string> = {};
  const add = (name: string): void => {
    const path = `/lib/lib.${name}.d.ts`;
    if (path in files) return;
    const text = readFileSync(join(folder, `lib.${name}.d.ts`), 'utf8');
    files[path] = text;
    for (const [, reference = ''] of text.matchAll(/^\/\/\/ <reference lib="([^"]+)"/gm)) add(reference);
  };
  for (const name of names) add(name);
  return files;
}

/** The declarations of a package where a program finds them. Only its build is searched: its folder may have all others in it. */
function declarations(name: string, folder: string, built: string): Record<string, string> {
  const files = readdirSync(join(folder, built), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.d\.c?ts$/.test(path))
    .map((path) => `${built}/${path}`);
  return Object.fromEntries(
    [...files, 'package.json'].map((path) => [
      `/node_modules/${name}/${path}`,
      readFileSync(join(folder, path), 'utf8'),
    ]),
  );
}
