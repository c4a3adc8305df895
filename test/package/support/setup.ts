import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { pack } from '../../../build/pack.ts';
import { installTools } from '../../support/tools.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarballs that `npm publish` would upload: the sandbox's and the SDK's. */
    tarballs: readonly string[];
    /** A project, away from the sources, in which a user has installed them. */
    project: string;
  }
}

const root = join(import.meta.dirname, '../../..');

/** Runs before all tests: installs the tools, packs `dist`, and installs the tarballs as a user would. */
export default function setup({ name, provide }: TestProject): () => void {
  installTools(name === 'weekly' ? 'all' : 'for each change');
  // The real path, because tools resolve links, and a temporary directory may be one.
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'example-sdk-')));
  const tarballs = [join(root, 'sandbox'), root].map((source) => pack(source, directory).path);
  const project = join(directory, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  execFileSync('npm', ['install', '--no-fund', '--no-audit', '--prefer-offline', '--silent', ...tarballs], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  provide('tarballs', tarballs);
  provide('project', project);
  return () => rmSync(directory, { recursive: true, force: true });
}
