// Everything at once as a program for a command line: its input is the argument, what it saw is printed.
import process from 'node:process';
import { redisRateLimitStore } from '@example/sdk/redis';
import { useSandbox, useServer } from './sandbox.ts';
import { runSuite, type SuiteInput } from './suite.ts';

void run();

async function run(): Promise<void> {
  const suite = await runSuite(JSON.parse(process.argv[2] ?? '') as SuiteInput); // A boundary: the test wrote it.
  const version = process.versions['bun'] ?? process.versions['deno'] ?? process.version.slice(1);
  const [sandbox, server] = [await useSandbox(), await useServer()];
  console.log(JSON.stringify({ version, suite, sandbox, server, redis: typeof redisRateLimitStore }));
}
