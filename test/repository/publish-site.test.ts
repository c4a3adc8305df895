import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderOf, publish } from '../../.github/scripts/publish-site.ts';
import { temporaryFolder } from '../sqlite/support/temporary-folder.ts';

/** Publishes versions in this order, each with a page of its own beside the first. Gives the text of each page that is there then. */
function published(...versions: readonly string[]): Record<string, string> {
  const remote = temporaryFolder();
  const git = (...args: string[]) => execFileSync('git', ['-C', remote, ...args], { encoding: 'utf8' });
  git('init', '--quiet', '--bare');
  for (const version of versions) {
    const built = mkdtempSync(join(remote, 'built-'));
    for (const build of ['latest', 'own']) {
      mkdirSync(join(built, build));
      for (const page of ['index', version]) writeFileSync(join(built, build, `${page}.html`), `${build} ${version}`);
    }
    publish(version, remote, join(built, 'latest'), join(built, 'own'));
  }
  const files = git('ls-tree', '-r', '--name-only', 'gh-pages').trim().split('\n');
  expect(files).toContain('.nojekyll');
  const shown = files.filter((file) => file !== '.nojekyll');
  return Object.fromEntries(shown.map((file) => [file, git('show', `gh-pages:${file}`).trim()]));
}

it.each([
  ['stays in its folder when the next one comes', ['v1.0.0', 'v1.1.0'], ['v1.1.0', 'v1.0.0']],
  ['is replaced by its patch', ['v1.0.0', 'v1.0.1'], ['v1.0.1']],
  ['leaves the newest at the root if it is older', ['v1.9.0', 'v1.10.0', 'v1.9.1'], ['v1.10.0', 'v1.9.1']],
  ['may be published again', ['v1.2.9', 'v1.2.9'], ['v1.2.9']],
])('the site of a version %s', (_, versions, expected) => {
  const pages = (folder: string, build: string, version: string) => ({
    [`${folder}index.html`]: `${build} ${version}`,
    [`${folder}${version}.html`]: `${build} ${version}`,
  });
  const [newest = ''] = expected;
  expect(published(...versions)).toEqual({
    ...pages('', 'latest', newest),
    ...Object.assign({}, ...expected.map((version) => pages(`${folderOf(version)}/`, 'own', version))),
    'versions.json': JSON.stringify(expected),
  });
});

it('refuses what is no version, or older than the patch that is there', () => {
  expect(() => published('main')).toThrow('A version looks like v1.2.3, not main.');
  expect(() => published('v1.2.10', 'v1.2.9')).toThrow('v1.2.9 would replace v1.2.10, which is newer.');
});
