import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../tools/package.json' with { type: 'json' };

/** The folder in which the tools and frameworks for the tests and the benchmarks are installed. */
export const toolsFolder = join(import.meta.dirname, '../tools');

/** The exact version of each tool, by its name in `test/tools/package.json`. */
export const toolVersions: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).map(([name, version]) => [
    name,
    version.replace(/^npm:.+@/, ''),
  ]),
);

/** Installs `test/tools/package-lock.json` if that hasn't been done: all of it, or the tools for each change. */
export function installTools(which: 'all' | 'for each change'): void {
  const lock = readFileSync(join(toolsFolder, 'package-lock.json'), 'utf8');
  const mark = join(toolsFolder, 'node_modules/.installed');
  const installed = existsSync(mark) ? readFileSync(mark, 'utf8') : '';
  if ([`all\n${lock}`, `${which}\n${lock}`].includes(installed)) return;
  console.error(`Installing the tools of test/tools/package-lock.json: ${which} …`);
  const flags = ['--no-fund', '--no-audit', '--loglevel=error', ...(which === 'all' ? [] : ['--omit=dev'])];
  execFileSync('npm', ['ci', '--prefix', toolsFolder, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  writeFileSync(mark, `${which}\n${lock}`);
}

/** The path of a file of an installed tool: `tool('node26/bin/node')`. */
export function tool(path: string): string {
  return join(toolsFolder, 'node_modules', path);
}

/** A new folder in which the tools can be imported. It isn't committed. */
export async function emptyFolder(name: string): Promise<string> {
  const folder = join(toolsFolder, '.generated', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}
