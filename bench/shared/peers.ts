import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('..', import.meta.url));

/** Installs the SDKs that the benchmarks compare with, unless `bench/node_modules` already has them. */
export function installPeers(): void {
  const wanted = versions('package-lock.json');
  const installed = versions('node_modules/.package-lock.json');
  if ([...wanted].every(([path, version]) => installed.get(path) === version)) return;
  console.error('Installing the SDKs to compare with (bench/package-lock.json) …');
  execFileSync('npm', ['ci', '--prefix', bench, '--no-fund', '--no-audit', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

/** The exact version of each peer. */
export function peerVersions(): Record<string, string> {
  // The package's own file, in npm's format.
  const file = JSON.parse(readFileSync(`${bench}package.json`, 'utf8')) as { dependencies: Record<string, string> };
  return file.dependencies;
}

function versions(lock: string): Map<string, string> {
  const path = `${bench}${lock}`;
  if (!existsSync(path)) return new Map();
  // Both files are npm's, in the format of lockfile version 3.
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, { version?: string }> };
  return new Map(Object.entries(packages).flatMap(([at, { version }]) => (at && version ? [[at, version]] : [])));
}
