// Runs everything as a command-line program: its argument is the input, and it prints what it saw.
import process from 'node:process';
import { redisRateLimitStore } from '@example/sdk/redis';
import { useSandbox, useServer } from './sandbox.ts';
import { runSuite, type SuiteInput } from './suite.ts';

void run();

async function run(): Promise<void> {
  const suite = await runSuite(JSON.parse(process.argv[2] ?? '') as SuiteInput); // The test wrote it.
  const version = process.versions['bun'] ?? process.versions['deno'] ?? process.version.slice(1);
  const [sandbox, server] = [await useSandbox(), await useServer()];
  console.log(JSON.stringify({ version, suite, sandbox, server, redis: typeof redisRateLimitStore }));
}
