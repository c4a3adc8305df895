import { resolve } from 'node:path';
import { inject } from 'vitest';
import { run } from '../../support/child-process.ts';
import { tool } from '../../support/tools.ts';

/**
 * Runs an installed tool, such as `['node26/bin/node', …]`, in the project where the packages are installed, without
 * the tests' environment variables. Resolves to its output; if it fails, the error includes the output.
 */
export async function runTool(
  [path = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  cwd = inject('project'),
): Promise<string> {
  const { PATH, HOME } = process.env;
  const options = { cwd, env: { PATH, HOME, ...environment }, timeout: 300_000 };
  try {
    return (await run(resolve(tool(''), path), args, options)).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }; // execFile rejects with this.
    throw new Error(`${path} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}
