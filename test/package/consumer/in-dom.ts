// The suite as a test of Vitest, in an environment with a document.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { runSuite, type SuiteInput } from './suite.ts';

declare const test: (title: string, body: () => Promise<void>, timeout: number) => void;
declare const document: object;

test('the SDK works here', async () => {
  const { INPUT = '', OUTPUT = '' } = process.env;
  // A boundary: the test that started this one wrote it.
  const suite = await runSuite(JSON.parse(INPUT) as SuiteInput);
  writeFileSync(OUTPUT, JSON.stringify({ suite, document: typeof document }));
}, 60_000);
