import { execFile, type ExecFileException } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import { inject } from 'vitest';
import { tool } from '../../support/tools.ts';

/**
 * Runs an installed tool, as `['node26/bin/node', …]`, in the project where the packages are installed, without the
 * environment of the tests. Resolves to what it printed; what it printed as it failed is in the error.
 */
export function runTool(
  [path = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  cwd = inject('project'),
): Promise<string> {
  const { PATH, HOME } = process.env;
  const options = { cwd, env: { PATH, HOME, ...environment }, timeout: 300_000 };
  return new Promise((resolve, reject) => {
    execFile(resolvePath(tool(''), path), args, options, (error: ExecFileException | null, stdout, stderr) => {
      if (error) reject(new Error(`${path} failed:\n${stdout}\n${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
