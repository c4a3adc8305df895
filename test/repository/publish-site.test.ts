import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { folderOf, publish } from '../../.github/scripts/publish-site.ts';

/** A remote repository, and what publishing a version leaves there. */
function remote() {
  const folder = mkdtempSync(join(tmpdir(), 'publish-site-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
  git('init', '--quiet', '--bare');
  return {
    publish(version: string, ...extra: string[]) {
      const built = mkdtempSync(join(folder, 'built-'));
      for (const build of ['latest', 'own']) {
        mkdirSync(join(built, build));
        for (const name of ['index.html', ...extra]) writeFileSync(join(built, build, name), `${build} ${version}`);
      }
      publish(version, folder, join(built, 'latest'), join(built, 'own'));
    },
    files: () => git('ls-tree', '-r', '--name-only', 'gh-pages').trim().split('\n').sort(),
    read: (path: string) => git('show', `gh-pages:${path}`),
  };
}

it('publishes a version at the root, and in a folder that stays when the next one comes', () => {
  const site = remote();
  site.publish('v1.0.0', 'removed.html');
  site.publish('v1.1.0');

  expect(site.files()).toEqual([
    '.nojekyll',
    'index.html',
    'v1.0/index.html',
    'v1.0/removed.html',
    'v1.1/index.html',
    'versions.json',
  ]);
  expect(site.read('index.html')).toBe('latest v1.1.0');
  expect(site.read('v1.0/index.html')).toBe('own v1.0.0');
});

it('replaces the site of a version by that of its patch', () => {
  const site = remote();
  site.publish('v1.0.0', 'removed.html');
  site.publish('v1.0.1');

  expect(site.files()).toEqual(['.nojekyll', 'index.html', 'v1.0/index.html', 'versions.json']);
  expect(site.read('v1.0/index.html')).toBe('own v1.0.1');
});

it('leaves the newest version at the root when an older one is patched', () => {
  const site = remote();
  site.publish('v1.9.0');
  site.publish('v1.10.0');
  site.publish('v1.9.1');

  expect(site.read('index.html')).toBe('latest v1.10.0');
  expect(site.read('v1.9/index.html')).toBe('own v1.9.1');
  expect(JSON.parse(site.read('versions.json'))).toEqual(['v1.10.0', 'v1.9.1']);
});

it('publishes a version again, but not over its later patch', () => {
  const site = remote();
  site.publish('v1.2.9', 'removed.html');
  site.publish('v1.2.9');
  site.publish('v1.2.10');

  expect(() => site.publish('v1.2.9')).toThrow('v1.2.9 would replace v1.2.10, which is newer.');
  expect(site.files()).toEqual(['.nojekyll', 'index.html', 'v1.2/index.html', 'versions.json']);
  expect([site.read('index.html'), site.read('v1.2/index.html')]).toEqual(['latest v1.2.10', 'own v1.2.10']);
  expect(JSON.parse(site.read('versions.json'))).toEqual(['v1.2.10']);
});

it('refuses what is no version', () => {
  expect(folderOf('v12.3.4')).toBe('v12.3');
  expect(() => folderOf('main')).toThrow('A version looks like v1.2.3, not main.');
});
