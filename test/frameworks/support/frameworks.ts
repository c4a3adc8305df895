import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const directory = join(import.meta.dirname, '..');
const lock = join(directory, 'package-lock.json');
const installed = join(directory, 'node_modules/.installed-lock.json');

/** Installs the frameworks of `test/frameworks/package-lock.json`, unless they are there. */
export function installFrameworks(): void {
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) return;
  console.log('Installing the frameworks of test/frameworks/package-lock.json …');
  const flags = ['--no-fund', '--no-audit', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['ci', '--prefix', directory, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  copyFileSync(lock, installed);
}

/** The path of an installed program or file: `framework('.bin/vite')`. */
export function framework(path: string): string {
  return join(directory, 'node_modules', path);
}

/** A new folder from which the frameworks can be imported. It is not committed. */
export async function emptyFolder(name: string): Promise<string> {
  const folder = join(directory, '.generated', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}
