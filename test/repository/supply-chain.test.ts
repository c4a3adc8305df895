import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { scripts } from '../../package.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Update {
  readonly directory?: string;
  readonly directories?: readonly string[];
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
const workflows = globSync('.github/workflows/*.yml', { cwd: root }).map(read);

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

it('dependabot updates each package.json of the repository', () => {
  const manifests = globSync('**/package.json', { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] });
  // The root's covers the sandbox, its workspace.
  const folders = manifests.map((path) => `/${dirname(path)}`.replace(/^\/(\.|sandbox)$/, '/'));
  expect(new Set(folders).size).toBeGreaterThan(3);
  const updated = updates.flatMap(({ directory, directories = [] }) => [directory, ...directories]);
  expect(updated).toEqual(expect.arrayContaining(folders));
});

it('workflows pin each action and image to its content, and install what the lock file says', () => {
  const uses = workflows.flatMap((text) =>
    Array.from(text.matchAll(/(?:uses|container): (\S+)/g), ([, it = '']) => it),
  );
  expect(uses.length).toBeGreaterThan(10);
  for (const each of uses.filter((it) => !it.startsWith('./')))
    expect(each).toMatch(/@(sha256:[0-9a-f]{64}|[0-9a-f]{40})$/);
  for (const text of [...workflows, read('.ci/run'), ...Object.values(scripts)])
    expect(text).not.toMatch(/npm (?:--\S+ \S+ )?(?:install|i)\b/);
});
