import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installLocked } from '../../support/locked-packages.ts';

const directory = join(import.meta.dirname, '..');

/** Installs the frameworks of `test/frameworks/package-lock.json`, unless they are there. */
export function installFrameworks(): void {
  installLocked(directory);
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
