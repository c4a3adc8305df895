import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { compileConsumers } from './support/compile.ts';
import { compilers } from './support/matrix.ts';
import { runTool } from './support/run-tool.ts';

it('the packages install no others', async () => {
  const lock = await readFile(join(inject('project'), 'package-lock.json'), 'utf8');
  // npm's lockfile version 3, in which the project itself is named ''.
  const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };

  const installed = Object.keys(packages).map((path) => path.replace('node_modules/', ''));
  expect(installed).toEqual(['', '@example/sandbox', '@example/sdk']);
  expect(packages['node_modules/@example/sdk']).not.toHaveProperty('dependencies');
});

it('attw and publint find types for each entry point, however it is resolved, and no problems', async () => {
  for (const tarball of inject('tarballs')) {
    // Rejects with all problems, if there are any.
    const report = await runTool(['.bin/attw', tarball, '--no-definitely-typed', '--format', 'ascii']);
    expect(report).toContain('No problems found');
    expect(await runTool(['.bin/publint', 'run', tarball, '--strict'])).toContain('All good!');
  }
});

it('@example/sandbox has one command, so that npx needs only its name', async () => {
  const modules = join(inject('project'), 'node_modules');
  const manifest = await readFile(join(modules, '@example/sandbox/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const printed = await runTool(['node22-oldest/bin/node', join(modules, '.bin/example-sandbox'), '--version']);

  expect(printed).toBe(`${version}\n`);
});

compileConsumers(compilers.slice(0, 1));
