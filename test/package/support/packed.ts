import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A package as `npm publish` would upload it. */
export interface Packed {
  readonly tarball: string;
  /** A project in which a user has installed it. */
  readonly project: string;
}

/**
 * Packs what is in `dist`, and installs it as a user would: from the tarballs, in projects far from the sources. One
 * project has the SDK alone, the other one has the sandbox, too.
 */
export function packAndInstall(directory: string): { readonly sdk: Packed; readonly sandbox: Packed } {
  const [sdk, sandbox] = [pack(root, directory), pack(join(root, 'sandbox'), directory)];
  return {
    sdk: { tarball: sdk, project: install(join(directory, 'project'), sdk) },
    sandbox: { tarball: sandbox, project: install(join(directory, 'project-with-sandbox'), sdk, sandbox) },
  };
}

function pack(source: string, directory: string): string {
  const before = readdirSync(directory);
  npm(source, 'pack', '--ignore-scripts', '--pack-destination', directory);
  const tarball = readdirSync(directory).find((name) => !before.includes(name));
  if (tarball === undefined) throw new Error('npm pack made no tarball.');
  return join(directory, tarball);
}

function install(project: string, ...tarballs: readonly string[]): string {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  npm(project, 'install', '--no-fund', '--no-audit', '--prefer-offline', ...tarballs);
  return project;
}

function npm(directory: string, ...args: string[]): void {
  execFileSync('npm', [...args, '--silent'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}
