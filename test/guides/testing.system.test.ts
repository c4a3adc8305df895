import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { root } from './support/code-blocks.ts';
import { compile } from './support/compile.ts';
import { forJest, forNode, forVitest, testingRecipes } from './support/testing-recipes.ts';
import { projectFolder } from './support/project-folder.ts';

it('docs/testing.md: each test has the right types, and passes in Vitest', async () => {
  const directory = await projectFolder();
  onTestFinished(() => rm(directory, { recursive: true }));
  const files = forVitest.map(({ code }, index): [string, string] => [join(directory, `${index}.test.ts`), code]);
  const { programs, errors } = compile(new Map(files));
  expect(Object.fromEntries(errors)).toEqual({});
  // Each is a whole file: nothing was put before it.
  for (const [path, code] of files) {
    expect(programs.get(path)).toBe(code);
    await writeFile(path, code);
  }

  const report = join(directory, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const options = ['run', '--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const { PATH, HOME } = process.env;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [vitest, ...options], {
    cwd: directory,
    env: { PATH, HOME },
  });

  const tests = files.flatMap(([, code]) => code.match(/^test\(/gm) ?? []);
  expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({ numPassedTests: tests.length, numFailedTests: 0 });
  expect(tests.length).toBe(6);
  // No warning, as of a response without a field.
  expect(stdout + stderr).not.toContain('[@example/sdk]');
});

it('docs/testing.md: the test for node:test has the right types, and passes', async () => {
  const directory = await projectFolder();
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'node.test.ts');
  const code = forNode.map((block) => block.code).join('\n');
  const { errors } = compile(new Map([[path, code]]));
  expect(Object.fromEntries(errors)).toEqual({});
  await writeFile(path, code);

  const { PATH, HOME } = process.env; // without what tells node:test that it runs in another runner
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', path], {
    cwd: directory,
    env: { PATH, HOME },
  });

  expect(stdout).toContain('# pass 1\n# fail 0');
});

it('docs/testing.md: each test belongs to a runner', () => {
  expect([...forVitest, ...forJest, ...forNode]).toHaveLength(testingRecipes.length);
});
