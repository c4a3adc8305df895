import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Update {
  readonly groups: Readonly<Record<string, { readonly patterns: readonly string[]; readonly 'applies-to'?: string }>>;
}

const { updates } = parse(read('.github/dependabot.yml')) as { updates: readonly Update[] };
const bundledBy = (config: string, name: string) => {
  const [, list = ''] = new RegExp(`const ${name} = \\[([^\\]]+)\\]`).exec(read(config)) ?? [];
  return Array.from(list.matchAll(/'([^']+)'/g), ([, each = '']) => each);
};
const bundled = new Set([
  ...bundledBy('tsup.config.ts', 'libraryPackages'),
  ...bundledBy('sandbox/tsup.config.ts', 'bundled'),
]);

it('dependabot and SECURITY.md know all packages that are bundled; their fixes come apart from other updates', () => {
  expect(bundled.size).toBeGreaterThan(5);
  const groups = updates[0]?.groups;
  for (const name of ['bundled', 'bundled-fixes'])
    expect(new Set(groups?.[name]?.patterns), `.github/dependabot.yml, ${name}`).toEqual(bundled);
  expect(groups?.['bundled-fixes']?.['applies-to']).toBe('security-updates');
  expect(
    [...bundled].filter((name) => !read('SECURITY.md').includes(name)),
    'SECURITY.md',
  ).toEqual([]);
});
