import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { runTool } from './support/tools.ts';

describe.each([
  ['@example/sdk', 'packed', ['@example/sdk']],
  ['@example/sandbox', 'packedSandbox', ['@example/sandbox', '@example/sdk']],
] as const)('%s', (_, name, expected) => {
  it('brings no package of anyone else', async () => {
    const lock = await readFile(join(inject(name).project, 'package-lock.json'), 'utf8');
    // In npm's format of lockfile version 3, where the project itself has the name ''.
    const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };

    const installed = Object.keys(packages).map((path) => path.replace('node_modules/', ''));
    expect(installed).toEqual(['', ...expected]);
  });

  it('has types for each entry point and each way to resolve it, says attw', async () => {
    // Rejects if there is a problem, with all of them.
    await runTool(['.bin/attw', inject(name).tarball, '--no-definitely-typed', '--format', 'ascii']);
  });

  it('is as a package should be, says publint', async () => {
    expect(await runTool(['.bin/publint', 'run', inject(name).tarball, '--strict'])).toContain('All good!');
  });
});

it('@example/sandbox has one command, so that npx needs only its name', async () => {
  const { project } = inject('packedSandbox');
  const manifest = await readFile(join(project, 'node_modules/@example/sandbox/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const command = join(project, 'node_modules/.bin/example-sandbox');

  expect(await runTool(['node22-oldest/bin/node', command, '--version'])).toBe(`${version}\n`);
});
