import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { forJest } from '../guides/support/testing-recipes.ts';
import { buildConsumer } from './support/build-consumer.ts';
import { testRuns } from './support/runtimes.ts';
import { expectedOfSandbox, runTest, startSuite } from './support/suite-run.ts';
import { runTool } from './support/tools.ts';

it.each(testRuns)('$subject runs a test that uses the packages from $moduleKind', async (run) => {
  const { format, file, command, environment } = run;
  const { input, check } = await startSuite();
  const test = await buildConsumer('in-test-runner.ts', file, format);

  const { suite, ...rest } = await runTest(command, test, input, environment);
  check(suite);
  expect(rest).toEqual(expectedOfSandbox);
});

it('the test for Jest in docs/testing.md passes', async () => {
  await writeFile(join(inject('project'), 'guide.test.mjs'), forJest.map(({ code }) => code).join('\n'));
  const { command, environment } = testRuns.find(({ file }) => file === 'in-jest.test.mjs') ?? expect.fail();

  // Rejects if the test fails.
  await expect(runTool([...command, 'guide.test.mjs'], environment)).resolves.toBeTypeOf('string');
});
