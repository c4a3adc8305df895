import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSandbox } from '@example/sandbox';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { installLocked } from '../../../test/support/locked-packages.ts';

const directory = import.meta.dirname;
const generated = join(directory, '.generated');
const documents = {
  api: join(directory, '../../openapi.json'),
  control: join(directory, '../../control-openapi.json'),
};

/** The path of a file of an installed package. */
const installed = (path: string) => join(directory, 'node_modules', path);

/** Runs a program of JavaScript to its end, in the folder of the tools. Returns all that it printed. */
async function runTool(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, ...args], {
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

beforeAll(async () => {
  installLocked(directory);
  await rm(generated, { recursive: true, force: true });
  for (const [name, document] of Object.entries(documents)) {
    const types = join(generated, `openapi-typescript/${name}.ts`);
    await runTool(installed('openapi-typescript/bin/cli.js'), [document, '--output', types]);
    const folder = join(generated, `hey-api/${name}`);
    await runTool(installed('@hey-api/openapi-ts/bin/run.js'), ['--input', document, '--output', folder]);
  }
}, 600_000);

test('the clients that generators write from the OpenAPI documents are typed', async () => {
  expect(await runTool(installed('typescript/bin/tsc'), ['--project', 'tsconfig.json'])).toBe('');
});

test.each(['openapi-fetch', 'hey-api'])('they work against a sandbox and its control API: %s', async (name) => {
  const outfile = join(generated, `${name}.mjs`);
  await build({
    entryPoints: [join(directory, `clients/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const sandbox = createSandbox();
  const { url } = await sandbox.listen();
  const env = { SANDBOX_ORIGIN: new URL(url).origin, SANDBOX_TOKEN: sandbox.apiToken };
  expect(await runTool(outfile, [], env)).toBe(`${name}: ok\n`);
  await sandbox.close();
});
