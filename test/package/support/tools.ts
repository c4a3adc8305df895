import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('..', import.meta.url));
const lock = `${directory}package-lock.json`;
const installed = `${directory}node_modules/.installed-lock.json`;

/** Installs the runtimes, bundlers and compilers of `test/package/package-lock.json`, unless they are there. */
export function installTools(): void {
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) return;
  console.log('Installing what the package is tried in, in the versions of test/package/package-lock.json …');
  execFileSync('npm', ['ci', '--prefix', directory, '--no-fund', '--no-audit', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  copyFileSync(lock, installed);
}

/** A file of an installed tool: `tool('node22/bin/node')`. */
export function tool(path: string): string {
  return `${directory}node_modules/${path}`;
}

/** The exact version of an installed tool, by its name in `test/package/package.json`. */
export function versionOf(name: string): string {
  // Every package has a version.
  return (JSON.parse(readFileSync(tool(`${name}/package.json`), 'utf8')) as { version: string }).version;
}
