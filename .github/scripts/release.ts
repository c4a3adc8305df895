import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// node .github/scripts/release.ts check v1.2.3    fails unless everything names version 1.2.3
// node .github/scripts/release.ts notes v1.2.3    prints what the changelogs say about it

interface Manifest {
  name: string;
  version: string;
  workspaces?: string[];
}

/** One package of the repository, as its files describe it. */
export interface Package {
  name: string;
  version: string;
  changelog: string;
}

/** The section of a version in a changelog, without its heading. */
export function sectionOf({ changelog }: Package, version: string): string | undefined {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => /^(\S+) - \d{4}-\d{2}-\d{2}\n/.exec(text)?.[1] === version);
  return section?.slice(section.indexOf('\n')).trim();
}

/** Why a tag can't be released. Both packages are released together, with the same version. */
export function problemsOf(tag: string, packages: Package[], versionFile: string): string[] {
  const version = tag.replace(/^v/, '');
  const problems: string[] = [];
  for (const { name, ...rest } of packages) {
    if (rest.version !== version) problems.push(`${name}: package.json has version ${rest.version}.`);
    if (!sectionOf({ name, ...rest }, version)) problems.push(`${name}: CHANGELOG.md has no "## ${version} - <date>".`);
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

if (import.meta.main) {
  const [command, tag = ''] = process.argv.slice(2);
  const packages = packagesIn('.');
  if (command === 'notes') console.log(notesOf(tag, packages));
  else {
    const problems = problemsOf(tag, packages, readFileSync('src/utils/version.ts', 'utf8'));
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length === 0 ? 0 : 1;
  }
}
