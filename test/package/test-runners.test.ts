import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { buildConsumer } from './support/build-consumer.ts';
import { recordAsCompatible } from './support/compatibility.ts';
import { testRuns } from './support/runtimes.ts';
import { startSuite } from './support/suite-run.ts';
import { runTool, versionOf } from './support/tools.ts';

it.each(testRuns)('$subject runs a test that uses the SDK from $moduleKind', async (run) => {
  const { subject, name, moduleKind, format, file, command, environment } = run;
  const { input, check } = await startSuite();
  const test = await buildConsumer('in-test-runner.ts', file, format);

  const OUTPUT = `${test}.json`;
  await runTool([...command, basename(file)], { ...environment, INPUT: JSON.stringify(input), OUTPUT });

  check(JSON.parse(await readFile(OUTPUT, 'utf8')));
  expect.hasAssertions();
  recordAsCompatible({ section: 'Test runner', subject, version: versionOf(name), moduleKind });
});
