import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const prefix = ['--prefix', fileURLToPath(new URL('..', import.meta.url))];
const shell = process.platform === 'win32';

/** Installs the SDKs that the benchmarks compare with, unless `bench/node_modules` already has them. */
export function installPeers(): void {
  if (spawnSync('npm', ['ls', ...prefix], { shell }).status === 0) return;
  console.error('Installing the SDKs to compare with (bench/package-lock.json) …');
  const options = ['--no-fund', '--no-audit', '--loglevel=error'];
  execFileSync('npm', ['ci', ...prefix, ...options], { stdio: ['ignore', 'ignore', 'inherit'], shell });
}
