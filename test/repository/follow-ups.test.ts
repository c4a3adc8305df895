import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import * as sdk from '@example/sdk';
import { WebhookVerificationError } from '@example/sdk/webhooks';
import manifest from '../../package.json' with { type: 'json' };
import tsconfig from '../../tsconfig.json' with { type: 'json' };
import { clientEventNames } from '../../src/telemetry/events.ts';

// What a change requires in files that nothing imports. A failing test names the file and shows what it lacks.

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const all = (path: string, pattern: RegExp) => Array.from(read(path).matchAll(pattern), ([, part = '']) => part);

const exported: readonly [name: string, value: unknown][] = Object.entries({ ...sdk, WebhookVerificationError });
const errors = exported.flatMap(([name, value]) =>
  typeof value === 'function' && value.prototype instanceof Error ? [{ name, prototype: value.prototype }] : [],
);
const entryPoints = Object.keys(manifest.exports).filter((path) => path !== './package.json');
const sourceOf = new Map(Object.entries(tsconfig.compilerOptions.paths).map(([name, [path = '']]) => [name, path]));
const nameOf = (entryPoint: string) => join(manifest.name, entryPoint);
/** The packages that the builds of both packages bundle. */
const bundled = [...new Set(['tsup.config.ts', 'sandbox/tsup.config.ts'].flatMap(namesBundledBy))];
function namesBundledBy(config: string): string[] {
  const [list = ''] = all(config, /^const (?:libraryPackages|bundled) = \[(.+)\]/gm);
  return list.replaceAll("'", '').split(', ');
}
const resources = globSync('src/resources/*.ts', { cwd: root }).map((path) => basename(path, '.ts'));

/** How a file names a resource. */
const namesOfResources: Readonly<Record<string, (resource: string) => string>> = {
  'src/client.ts': (resource) => `'./resources/${resource}.ts'`,
  'src/index.ts': (resource) => `'./resources/${resource}.ts'`,
  'site/pages/api.md': (resource) => `.${resource[0]!.toUpperCase()}${resource.slice(1)} `,
  'test/http/requests.test.ts': (resource) => `${resource}.`,
  'sandbox/src/resources/index.ts': (resource) => `'./${resource}.ts'`,
  'sandbox/src/dashboard/requests/reproduce.ts': (resource) => `/v1/${resource}`,
  'sandbox/docs/reference.md': (resource) => `\`${resource}\``,
};

it.each<readonly [file: string, what: string, texts: readonly string[]]>([
  ['docs/errors.md', 'each class of errors', errors.map(({ name }) => `\`${name}\``)],
  ['docs/observability.md', 'each event', clientEventNames.map((name) => `| \`${name}\``)],
  ['src/index.ts', 'the type of each event', all('src/telemetry/events.ts', /^export interface (\w+Event) /gm)],
  ['package.json', 'the types of each entry point', entryPoints.slice(1).map((path) => `"${path.slice(2)}": [`)],
  ['tsconfig.json', 'the source of each entry point', entryPoints.map((path) => `"${nameOf(path)}": [`)],
  ['typedoc.json', 'each entry point', entryPoints.map((path) => `"${sourceOf.get(nameOf(path))?.slice(2)}"`)],
  ['site/pages/api.md', 'each entry point', entryPoints.map((path) => `"${nameOf(path)}".`)],
  ['SECURITY.md', 'each bundled package', bundled],
  ...Object.entries(namesOfResources).map(([file, name]) => [file, 'each resource', resources.map(name)] as const),
])('%s has %s', (file, _, texts) => {
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter((text) => !read(file).includes(text))).toEqual([]);
});

it('.github/dependabot.yml groups the bundled packages, whose fixes come separately from other updates', () => {
  const groups = all('.github/dependabot.yml', /^ {6}(bundled.*:\n(?: {8}.+\n)+)/gm);
  const patternsOf = (group = '') => /patterns: \[(.+)\]/.exec(group)?.[1]?.replaceAll("'", '').split(', ').sort();
  expect(groups.map(patternsOf)).toEqual([bundled.toSorted(), bundled.toSorted()]);
  expect(groups[1]).toContain('applies-to: security-updates');
});

it('brandErrors() in src/errors/index.ts lists each error class', () => {
  expect(errors.map(({ prototype }) => prototype.name)).toEqual(errors.map(({ name }) => name));
});

it('docs/errors.md shows which class each error class extends', () => {
  const parents: string[] = ['Error'];
  const [tree = ''] = all('docs/errors.md', /```text\n([^]*?)\n```/g);
  const shown = tree.split('\n').flatMap((line) => {
    const depth = line.search(/\S/) / 2;
    const names = line.match(/\w+Error/g) ?? [];
    parents[depth + 1] = names[0] ?? '';
    return names.map((name) => [name, parents[depth]]);
  });
  const parentOf = (prototype: object) => (Object.getPrototypeOf(prototype) as Error).constructor.name; // all Errors
  const extended = errors.map(({ name, prototype }) => [name, parentOf(prototype as object)]); // Of a class.
  // The table has the classes for statuses.
  expect(shown.sort()).toEqual(extended.filter(([, parent]) => parent !== 'APIError').sort());
});

it.each([
  ['limits', 'docs/internals/rate-limits.md'],
  ['pagination', 'docs/internals/pagination.md'],
  ['retries', 'docs/internals/retries.md'],
])('the rules of %s are numbered without a gap, and those that the code names exist: %s', (word, page) => {
  const rules = all(page, /^(\d+)\. /gm).map(Number);
  expect(rules).toEqual(rules.map((_, index) => index + 1));
  const inCode = new RegExp(String.raw`\b${word} (\d+)(?: (?:and|to) (\d+))?\b`, 'gi');
  const sources = globSync('src/**/*.ts', { cwd: root });
  const named = sources.flatMap((path) => Array.from(read(path).matchAll(inCode), ([, first, last = first]) => last));
  expect(named.filter((rule) => Number(rule) > rules.length)).toEqual([]);
  expect(named).not.toEqual([]);
});
