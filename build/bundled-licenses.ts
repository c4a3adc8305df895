import { readdirSync, readFileSync } from 'node:fs';

/** The licences of packages that are bundled: each wants its licence to go where its code goes. */
export function bundledLicenses(packages: readonly string[]): string {
  return `Bundled with this package:\n\n${packages.map(licenseOf).join('\n')}`;
}

function licenseOf(name: string): string {
  const directory = new URL(`../node_modules/${name}/`, import.meta.url);
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence.`);
  // Every package has a version.
  const { version } = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8')) as { version: string };
  return `## ${name} ${version}\n\n${readFileSync(new URL(file, directory), 'utf8').trim()}\n`;
}
