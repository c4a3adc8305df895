// What a user's tests do. Jest and Vitest share these functions.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { useSandbox, useServer } from './sandbox.ts';
import { runSuite, type SuiteInput } from './suite.ts';

declare const test: (title: string, body: () => Promise<void>, timeout: number) => void;

test('the SDK and the sandbox work here', async () => {
  const { INPUT = '', OUTPUT = '' } = process.env;
  // The test that started this one wrote it.
  const suite = await runSuite(JSON.parse(INPUT) as SuiteInput);
  const dom = typeof document === 'object';
  writeFileSync(OUTPUT, JSON.stringify({ suite, dom, sandbox: await useSandbox(), server: await useServer() }));
}, 60_000);
