/**
 * Publishes the built site of a version on the branch `gh-pages`: at its root, and in the version's own folder.
 *
 *   node .github/scripts/publish-site.ts folder v1.2.3            # prints the folder: v1.2
 *   node .github/scripts/publish-site.ts publish v1.2.3 <remote>  # of site/latest and site/dist
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const branch = 'gh-pages';

/** The folder of a version. A patch replaces the ones before it. */
export function folderOf(version: string): string {
  const [, minor] = /^(v\d+\.\d+)\.\d+$/.exec(version) ?? [];
  if (minor === undefined) throw new Error(`A version looks like v1.2.3, not ${version}.`);
  return minor;
}

/**
 * Puts both builds onto the branch. The root is that of the newest version, whatever is published.
 *
 * @throws {Error} when a later patch of the same minor version is published already.
 */
export function publish(version: string, remote: string, latest: string, own: string): void {
  const folder = folderOf(version);
  const tree = mkdtempSync(join(tmpdir(), 'site-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', tree, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    git('init', '--quiet', '--initial-branch', branch);
    if (git('ls-remote', remote, `refs/heads/${branch}`) !== '') git('pull', '--quiet', '--depth', '1', remote, branch);
    const list = join(tree, 'versions.json');
    const published = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as string[]) : [];
    const before = published.find((each) => folderOf(each) === folder);
    if (before !== undefined && newestFirst(version, before) > 0)
      throw new Error(`${version} would replace ${before}, which is newer.`);

    const versions = [version, ...published.filter((each) => each !== before)].sort(newestFirst);
    const isLatest = versions[0] === version;
    const kept = ['.git', ...versions.map(folderOf)];
    const replaced = isLatest ? readdirSync(tree).filter((name) => !kept.includes(name)) : [];
    for (const name of [...replaced, folder]) rmSync(join(tree, name), { recursive: true, force: true });
    if (isLatest) cpSync(latest, tree, { recursive: true });
    cpSync(own, join(tree, folder), { recursive: true });
    writeFileSync(list, `${JSON.stringify(versions)}\n`);
    // Astro's folder starts with an underscore, which GitHub's own generator leaves out.
    writeFileSync(join(tree, '.nojekyll'), '');
    git('add', '--all');
    const author = ['-c', 'user.name=Site', '-c', 'user.email=site@example.com'];
    git(...author, 'commit', '--quiet', '--allow-empty', '-m', `Publish the site of ${version}`);
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
