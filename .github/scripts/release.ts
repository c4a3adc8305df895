import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// npm version 1.2.3 --no-git-tag-version          sets the version of both packages: npm calls `set` for it
// node .github/scripts/release.ts check v1.2.3    fails unless everything names version 1.2.3
// node .github/scripts/release.ts notes v1.2.3    prints what the changelogs say about it

interface Manifest {
  name: string;
  version: string;
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The part of a published `package.json` that provenance needs. */
export interface PackedManifest {
  name: string;
  repository?: { url?: string };
  publishConfig?: { access?: string };
}

const repositoryUrl = 'git+https://github.com/your-org/js-sdk.git';

/** One package of the repository, as its files describe it. */
export interface Package {
  name: string;
  version: string;
  changelog: string;
}

const isPrerelease = (version: string): boolean => version.includes('-');

/**
 * The section of a version in a changelog, without its heading. That of a prerelease is the one of the version that it
 * precedes, which has no date yet, or else what is unreleased.
 */
function sectionOf({ changelog }: Package, version: string): string | undefined {
  const sections = new Map(
    changelog
      .split(/^## /m)
      .slice(1)
      .map((text) => {
        const [heading = '', ...lines] = text.split('\n');
        return [heading.replace(/\d{4}-\d{2}-\d{2}$/, '<date>'), lines.join('\n').trim()];
      }),
  );
  if (!isPrerelease(version)) return sections.get(`${version} - <date>`);
  const [release = ''] = version.split('-', 1);
  return sections.get(release) ?? sections.get('Unreleased');
}

/** Why a tag can't be released. Both packages are released together, with the same version. */
export function problemsOf(tag: string, packages: Package[], versionFile: string): string[] {
  const version = tag.replace(/^v/, '');
  const problems: string[] = [];
  for (const { name, ...rest } of packages) {
    if (rest.version !== version) problems.push(`${name}: package.json has version ${rest.version}.`);
    if (!sectionOf({ name, ...rest }, version)) problems.push(`${name}: CHANGELOG.md has nothing about ${version}.`);
  }
  if (!versionFile.includes(`VERSION = '${version}'`)) problems.push('src/utils/version.ts has another VERSION.');
  return problems;
}

/** What the changelogs say about a version. */
export function notesOf(tag: string, packages: Package[]): string {
  const version = tag.replace(/^v/, '');
  return packages.map((one) => `# ${one.name}\n\n${sectionOf(one, version) ?? ''}\n`).join('\n');
}

/** The packages of a repository: the one at its root, and its workspaces. */
export function packagesIn(root: string): Package[] {
  const packageIn = (folder: string) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    return { ...manifest, changelog: readFileSync(join(folder, 'CHANGELOG.md'), 'utf8') };
  };
  const sdk = packageIn(root);
  return [sdk, ...(sdk.workspaces ?? []).map((folder) => packageIn(join(root, folder)))];
}

/**
 * Gives everything the version that npm has just written into the root's `package.json`, and the changes the date. A
 * prerelease has no section of its own.
 */
export function setVersion(root: string, today = new Date()): void {
  const edit = (path: string, change: (text: string) => string) =>
    writeFileSync(join(root, path), change(readFileSync(join(root, path), 'utf8')));
  const { version, workspaces = [] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  /** Both packages ask for each other's new version. */
  const update = (manifest: Partial<Manifest>) => {
    for (const all of [manifest.dependencies, manifest.devDependencies])
      for (const name of Object.keys(all ?? {}))
        if (all && name.startsWith('@example/') && all[name]?.startsWith('^')) all[name] = `^${version}`;
    return { ...manifest, version };
  };
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
  for (const folder of ['.', ...workspaces]) {
    edit(join(folder, 'package.json'), (text) => json(update(JSON.parse(text) as Manifest)));
    const heading = `## ${version} - ${today.toISOString().slice(0, 10)}`;
    if (isPrerelease(version)) continue;
    edit(join(folder, 'CHANGELOG.md'), (text) => {
      const lines = text.split('\n');
      return lines.includes(`## ${version}`)
        ? lines.map((line) => (line === `## ${version}` ? heading : line)).join('\n')
        : text.replace(/^## Unreleased$/m, `$&\n\n${heading}`);
    });
  }
  edit('package-lock.json', (text) => {
    const lock = JSON.parse(text) as { packages: Record<string, Partial<Manifest>> };
    for (const path of ['', ...workspaces]) lock.packages[path] = update(lock.packages[path] ?? {});
    return json({ ...lock, version });
  });
  edit('src/utils/version.ts', (text) => text.replace(/VERSION = '.+'/, `VERSION = '${version}'`));
  edit('docs/api-report/sdk.api.md', (text) => text.replace(/VERSION = ".+"/, `VERSION = "${version}"`));
}

/** What npm needs for the provenance of what is packed: its repository, public access, and a workflow that may sign. */
export function provenanceProblems(manifests: readonly PackedManifest[], workflow: string): string[] {
  const problems = manifests.flatMap(({ name, repository, publishConfig }) => [
    ...(repository?.url === repositoryUrl ? [] : [`${name}: repository.url is not ${repositoryUrl}.`]),
    ...(publishConfig?.access === 'public' ? [] : [`${name}: publishConfig.access is not public.`]),
  ]);
  const publish = /^ {2}publish:\n((?: {4}.*\n|\n)+)/m.exec(workflow)?.[1] ?? '';
  if (!publish.includes('id-token: write'))
    problems.push('release.yml: the job publish may not sign (id-token: write).');
  if (!publish.includes('--provenance')) problems.push('release.yml: npm publish has no --provenance.');
  return problems;
}

if (import.meta.main) {
  const [command, tag = ''] = process.argv.slice(2);
  if (command === 'set') setVersion('.');
  const packages = packagesIn('.');
  if (command === 'notes') console.log(notesOf(tag, packages));
  else if (command === 'check') {
    const problems = problemsOf(tag, packages, readFileSync('src/utils/version.ts', 'utf8'));
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length === 0 ? 0 : 1;
  }
}
