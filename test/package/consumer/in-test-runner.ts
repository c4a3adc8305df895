// The suite as a user's test. Jest and Vitest have the same functions for that.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { runSuite, type SuiteInput } from './suite.ts';

declare const test: (title: string, body: () => Promise<void>, timeout: number) => void;

test('the SDK works here', async () => {
  const { INPUT = '', OUTPUT = '' } = process.env;
  // A boundary: the test that started this one wrote it.
  writeFileSync(OUTPUT, JSON.stringify(await runSuite(JSON.parse(INPUT) as SuiteInput)));
}, 60_000);
