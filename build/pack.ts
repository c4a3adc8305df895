import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// node build/pack.ts <folder>    packs both packages into a folder, after a build

/** What npm says about a tarball. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
  readonly unpackedSize: number;
}

/** A packed package. */
export interface Tarball {
  readonly path: string;
  /** The paths in it. */
  readonly files: readonly string[];
  /** In bytes. */
  readonly unpackedSize: number;
}

/** Fields that only the repository needs. `private` keeps npm from publishing anything that isn't packed here. */
const ownFields = new Set(['private', 'scripts', 'workspaces', 'devDependencies', 'overrides', 'allowScripts']);

/** A `package.json` as users get it. */
export const publishedManifest = (manifest: object): object =>
  Object.fromEntries(Object.entries(manifest).filter(([field]) => !ownFields.has(field)));

/** Packs a package for publishing, without the fields of its `package.json` that only the repository needs. */
export function pack(folder: string, destination: string): Tarball {
  const copy = mkdtempSync(join(tmpdir(), 'pack-'));
  try {
    for (const { path } of npmPack(folder, '--dry-run').files) cpSync(join(folder, path), join(copy, path));
    // Every `package.json` is an object.
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object;
    writeFileSync(join(copy, 'package.json'), `${JSON.stringify(publishedManifest(manifest), undefined, 2)}\n`);
    const { filename, files, unpackedSize } = npmPack(copy, '--pack-destination', resolve(destination));
    return { path: join(resolve(destination), filename), files: files.map(({ path }) => path), unpackedSize };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function npmPack(folder: string, ...args: readonly string[]): Packed {
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', ...args], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [packed] = JSON.parse(output) as [Packed]; // npm's format
  return packed;
}

if (import.meta.main) {
  const [destination = '.'] = process.argv.slice(2);
  for (const folder of ['.', 'sandbox']) console.log(pack(folder, destination).path);
}
