import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What `npm publish` would upload. */
export interface PackedSDK {
  readonly tarball: string;
  /** A project in which nothing but the tarball is installed. */
  readonly project: string;
}

/** Packs what is in `dist`, and installs it as a user would: from the tarball, in a project far from the sources. */
export function packAndInstall(directory: string): PackedSDK {
  npm(root, 'pack', '--ignore-scripts', '--pack-destination', directory);
  const packed = readdirSync(directory).find((name) => name.endsWith('.tgz'));
  if (packed === undefined) throw new Error('npm pack made no tarball.');
  const tarball = join(directory, packed);

  const project = join(directory, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  npm(project, 'install', '--no-fund', '--no-audit', '--prefer-offline', tarball);
  return { tarball, project };
}

function npm(directory: string, ...args: string[]): void {
  execFileSync('npm', [...args, '--silent'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}
