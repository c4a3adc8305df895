import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * The licenses of bundled packages. Each requires its text to be shipped with its code.
 *
 * @param modules Directories to look for the packages in, relative to the repository's root.
 */
export function bundledLicenses(packages: readonly string[], modules: readonly string[] = ['node_modules']): string {
  return `Bundled with this package:\n\n${packages.map((name) => licenseOf(name, modules)).join('\n')}`;
}

/** Where a package is installed. */
function packageDirectory(name: string, modules: readonly string[]): URL {
  const directory = modules
    .map((folder) => new URL(`../${folder}/${name}/`, import.meta.url))
    .find((url) => existsSync(url));
  if (directory === undefined) throw new Error(`${name} is not installed.`);
  return directory;
}

function licenseOf(name: string, modules: readonly string[]): string {
  const directory = packageDirectory(name, modules);
  // Every package has a version, and the bundled ones have a license and an author.
  const { version, license, author } = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8')) as Record<
    'version' | 'license' | 'author',
    string
  >;
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  // Some packages only name their license.
  const text = file === undefined ? `${license}, ${author}` : readFileSync(new URL(file, directory), 'utf8').trim();
  return `## ${name} ${version}\n\n${text}\n`;
}
