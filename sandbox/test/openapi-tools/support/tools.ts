import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installLocked } from '../../../../test/support/locked-packages.ts';

const run = promisify(execFile);

/** The folder of the tools and of what they generate. */
export const directory = join(import.meta.dirname, '..');

export function installTools(): void {
  installLocked(directory);
}

/** The path of a file of an installed package. */
export function installed(path: string): string {
  return join(directory, 'node_modules', path);
}

/** Runs a program of JavaScript to its end, in the folder of the tools. Returns all that it printed. */
export async function runTool(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await run(process.execPath, [file, ...args], {
      cwd: directory,
      env: { ...process.env, ...env },
    });
    return stdout + stderr;
  } catch (error) {
    // Of a program that failed, this is what it printed.
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
