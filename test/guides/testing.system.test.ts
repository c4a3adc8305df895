import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../support/child-process.ts';
import { codeBlocks, placeOf, projectFolder, root } from './support/code-blocks.ts';

// test/package runs the block for Jest once a week.
const tests = codeBlocks.filter((block) => placeOf(block) === 'tests').map(({ code }) => code);

it.each([
  ['Vitest', `from 'vitest'`, [join(root, 'node_modules/vitest/vitest.mjs'), 'run'], /Tests +6 passed/],
  ['node:test', `from 'node:test'`, ['--test', '--test-reporter=tap'], /# pass 1\n# fail 0/],
])('docs/testing.md: each test for %s is a whole file, and passes', { timeout: 300_000 }, async (...row) => {
  const [, imported, command, passed] = row;
  await using directory = await projectFolder();
  const files = tests.filter((code) => code.includes(imported));
  for (const [index, code] of files.entries()) await writeFile(join(directory.path, `${index}.test.ts`), code);

  const { PATH, HOME } = process.env; // leaves out the variables of the outer test runner
  const options = { cwd: directory.path, env: { PATH, HOME, NO_COLOR: '1' } };
  const { stdout, stderr } = await run(process.execPath, command, options);

  expect(stdout).toMatch(passed);
  // There are no warnings, such as one about a missing field.
  expect(stdout + stderr).not.toContain('[@example/sdk]');
});
