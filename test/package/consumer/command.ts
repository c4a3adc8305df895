// Everything at once as a program for a command line: its input is the argument, what it saw is printed.
import process from 'node:process';
import { redisRateLimitStore } from '@example/sdk/redis';
import { useSandbox, useServer } from './sandbox.ts';
import { runSuite, type SuiteInput } from './suite.ts';

void run();

async function run(): Promise<void> {
  // A boundary: the test wrote it.
  const input = JSON.parse(process.argv[2] ?? '') as SuiteInput;
  const { version, versions } = process;
  console.log(
    JSON.stringify({
      version: versions['bun'] ?? versions['deno'] ?? version.slice(1),
      suite: await runSuite(input),
      sandbox: await useSandbox(),
      server: await useServer(),
      redis: typeof redisRateLimitStore,
    }),
  );
}
