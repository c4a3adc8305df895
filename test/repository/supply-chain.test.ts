import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Update {
  readonly 'package-ecosystem': string;
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

describe('dependabot', () => {
  it.each(['bundled', 'bundled-fixes'])('has a group of all packages that are bundled: %s', (group) => {
    expect(bundled.size).toBeGreaterThan(5);
    expect(new Set(updates[0]?.groups[group]?.patterns)).toEqual(bundled);
  });

  it('proposes the fixes of bundled packages apart from other updates', () => {
    expect(updates[0]?.groups['bundled-fixes']?.['applies-to']).toBe('security-updates');
  });

  it('updates each package.json of the repository', () => {
    const folders = globSync('**/package.json', { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }).map(
      (path) => `/${dirname(path)}`.replace('/.', '/'),
    );
    const updated = updates.flatMap(({ directory, directories = [] }) => [directory, ...directories]);
    // The root's covers the sandbox, its workspace.
    const expected = folders.map((folder) => (folder === '/' || folder === '/sandbox' ? '/' : folder));
    expect(new Set(expected).size).toBeGreaterThan(3);
    for (const folder of expected) expect(updated).toContain(folder);
  });
});

it('SECURITY.md names all packages that are bundled', () => {
  const text = read('SECURITY.md');
  for (const name of bundled) expect(text).toContain(name);
});

describe('workflows', () => {
  const workflows = globSync('.github/workflows/*.yml', { cwd: root }).map(read);

  it('pin each action and image to its content', () => {
    const uses = workflows.flatMap((text) =>
      Array.from(text.matchAll(/(?:uses|container): (\S+)/g), ([, it = '']) => it),
    );
    expect(uses.length).toBeGreaterThan(10);
    for (const each of uses.filter((it) => !it.startsWith('./')))
      expect(each).toMatch(/@(sha256:[0-9a-f]{64}|[0-9a-f]{40})$/);
  });

  it('install what the lock file says', () => {
    const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
    for (const text of [...workflows, read('.ci/run'), ...Object.values(scripts)]) {
      expect(text).not.toMatch(/npm (?:--\S+ \S+ )?(?:install|i)\b/);
    }
  });
});
