import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { runTool } from './support/run-tool.ts';

it('brings no other package', async () => {
  const lock = await readFile(join(inject('packed').project, 'package-lock.json'), 'utf8');
  // In npm's format of lockfile version 3, where the project itself has the name ''.
  const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };

  const installed = Object.keys(packages).map((path) => path.replace('node_modules/', ''));
  expect(installed).toEqual(['', '@example/sdk']);
});

it('has types for each entry point and each way to resolve it, says attw', async () => {
  // Rejects if there is a problem, with all of them.
  await runTool(['.bin/attw', inject('packed').tarball, '--no-definitely-typed', '--format', 'ascii']);
});

it('is as a package should be, says publint', async () => {
  expect(await runTool(['.bin/publint', 'run', inject('packed').tarball, '--strict'])).toContain('All good!');
});
