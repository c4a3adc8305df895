/**
 * Publishes the built site of a version on the branch `gh-pages`: at its root, and in the version's own folder.
 *
 *   node .github/scripts/publish-site.ts folder v1.2.3            # prints the folder: v1.2
 *   node .github/scripts/publish-site.ts publish v1.2.3 <remote>  # of site/latest and site/dist
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const branch = 'gh-pages';

/** The folder of a version. Patches replace each other. */
export function folderOf(version: string): string {
  const [, minor] = /^(v\d+\.\d+)\.\d+$/.exec(version) ?? [];
  if (minor === undefined) throw new Error(`A version looks like v1.2.3, not ${version}.`);
  return minor;
}

/** Puts both builds onto the branch. The root is that of the newest version, whatever is published. */
export function publish(version: string, remote: string, latest: string, own: string): void {
  const folder = folderOf(version);
  const tree = mkdtempSync(join(tmpdir(), 'site-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', tree, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    git('init', '--quiet', '--initial-branch', branch);
    if (git('ls-remote', remote, `refs/heads/${branch}`) !== '') git('pull', '--quiet', '--depth', '1', remote, branch);
    const versions = [...new Set([...readdirSync(tree).filter((name) => /^v\d+\.\d+$/.test(name)), folder])].sort(
      newestFirst,
    );
    const replaced =
      versions[0] === folder ? readdirSync(tree).filter((name) => name !== '.git' && !versions.includes(name)) : [];
    for (const name of [...replaced, folder]) rmSync(join(tree, name), { recursive: true, force: true });
    if (versions[0] === folder) cpSync(latest, tree, { recursive: true });
    cpSync(own, join(tree, folder), { recursive: true });
    writeFileSync(join(tree, 'versions.json'), `${JSON.stringify(versions)}\n`);
    // Astro's folder starts with an underscore, which GitHub's own generator leaves out.
    writeFileSync(join(tree, '.nojekyll'), '');
    git('add', '--all');
    git(
      '-c',
      'user.name=Site',
      '-c',
      'user.email=site@example.com',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      `Publish the site of ${version}`,
    );
    git('push', '--quiet', remote, branch);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

const [command, version = '', remote = ''] = import.meta.main ? process.argv.slice(2) : [];
if (command === 'folder') console.log(folderOf(version));
if (command === 'publish') publish(version, remote, 'site/latest', 'site/dist');
