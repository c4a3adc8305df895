import { execFile, type ExecFileException } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { installLocked } from '../../support/locked-packages.ts';

const directory = join(import.meta.dirname, '../tools');

/** Installs the runtimes, bundlers and compilers of `test/package/tools/package-lock.json`, unless they are there. */
export function installTools(): void {
  installLocked(directory, { runsScripts: true });
}

/** A file of an installed tool: `tool('node22/bin/node')`. */
export function tool(path: string): string {
  return join(directory, 'node_modules', path);
}

/** The exact version of an installed tool, by its name in `test/package/tools/package.json`. */
export function versionOf(name: string): string {
  // Every package has a version.
  return (JSON.parse(readFileSync(tool(`${name}/package.json`), 'utf8')) as { version: string }).version;
}

/**
 * Runs an installed tool, as `['node22/bin/node', …]`, in the project where the packages are installed, without the
 * environment of the tests. Resolves to what it printed; what it printed as it failed is in the error.
 */
export function runTool([path = '', ...args]: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const { PATH, HOME } = process.env;
  const options = { cwd: inject('project'), env: { PATH, HOME, ...environment }, timeout: 90_000 };
  return new Promise((resolve, reject) => {
    execFile(tool(path), args, options, (error: ExecFileException | null, stdout, stderr) => {
      if (error) reject(new Error(`${path} failed:\n${stdout}\n${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
