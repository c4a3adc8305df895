import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { buildConsumer } from './support/build-consumer.ts';
import { recordAsCompatible, type Compatible } from './support/compatibility.ts';
import { runTool } from './support/run-tool.ts';
import { startSuite } from './support/suite-run.ts';
import { tool, versionOf } from './support/tools.ts';

interface TestRun {
  subject: string;
  name: string;
  moduleKind: Compatible['moduleKind'];
  file: string;
  command: string[];
  environment?: NodeJS.ProcessEnv;
}

// On the oldest Node, which forgives least.
const jest = ['node22-oldest/bin/node', tool('jest/bin/jest.js')];

// No runner is configured in any way; in Jest, ES modules need Node's own flag.
const runs: TestRun[] = [
  { subject: 'Jest', name: 'jest', moduleKind: 'CommonJS', file: 'in-jest.test.cjs', command: jest },
  {
    subject: 'Jest',
    name: 'jest',
    moduleKind: 'ES module',
    file: 'in-jest.test.mjs',
    command: jest,
    environment: { NODE_OPTIONS: '--experimental-vm-modules' },
  },
  {
    subject: 'Vitest',
    name: 'vitest',
    moduleKind: 'ES module',
    file: 'in-vitest.test.mjs',
    command: ['node22-oldest/bin/node', tool('vitest/vitest.mjs'), 'run', '--globals'],
  },
];

it.each(runs)('$subject runs a test that uses the SDK from $moduleKind', async (run) => {
  const { subject, name, moduleKind, file, command, environment } = run;
  const { input, check } = await startSuite();
  const test = await buildConsumer('in-test-runner.ts', file, moduleKind === 'CommonJS' ? 'cjs' : 'esm');

  const OUTPUT = `${test}.json`;
  await runTool([...command, basename(file)], { ...environment, INPUT: JSON.stringify(input), OUTPUT });

  check(JSON.parse(await readFile(OUTPUT, 'utf8')));
  expect.hasAssertions();
  recordAsCompatible({ section: 'Test runner', subject, version: versionOf(name), moduleKind });
});
