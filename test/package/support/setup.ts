import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { pack } from '../../../build/pack.ts';
import { installTools } from './tools.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packages as `npm publish` would upload them: those of the sandbox and of the SDK. */
    tarballs: readonly string[];
    /** A project, far from the sources, in which a user has installed them. */
    project: string;
  }
}

const root = join(import.meta.dirname, '../../..');

/** Before all tests: installs the tools, packs what is in `dist`, and installs that as a user would. */
export default function setup({ provide }: TestProject): () => void {
  installTools();
  // By its real path, since tools resolve links, and a temporary directory may be one.
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'example-sdk-')));
  const tarballs = [join(root, 'sandbox'), root].map((source) => pack(source, directory).path);
  const project = join(directory, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  npm(project, 'install', '--no-fund', '--no-audit', '--prefer-offline', ...tarballs);
  provide('tarballs', tarballs);
  provide('project', project);
  return () => rmSync(directory, { recursive: true, force: true });
}

function npm(directory: string, ...args: string[]): void {
  execFileSync('npm', [...args, '--silent'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}
