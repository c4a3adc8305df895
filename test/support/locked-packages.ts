import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Installs what the `package-lock.json` of a folder of tests says, unless it is there. By default, nothing runs on installation. */
export function installLocked(directory: string, { runsScripts = false } = {}): void {
  const lock = join(directory, 'package-lock.json');
  const installed = join(directory, 'node_modules/.installed-lock.json');
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) return;
  console.log(`Installing ${relative(root, lock)} …`);
  const flags = ['--no-fund', '--no-audit', '--loglevel=error', ...(runsScripts ? [] : ['--ignore-scripts'])];
  execFileSync('npm', ['ci', '--prefix', directory, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  copyFileSync(lock, installed);
}
