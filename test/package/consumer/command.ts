// The suite as a program for a command line: its input is the argument, its result is printed.
import process from 'node:process';
import { Client } from '@example/sdk';
import { redisRateLimitStore } from '@example/sdk/redis';
import { createSandbox } from '@example/sandbox';
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
      redis: typeof redisRateLimitStore,
    }),
  );
}

/** The local API is for servers' tests, so only command lines run it. */
async function useSandbox(): Promise<number> {
  const sandbox = createSandbox({ projects: 3 });
  const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch });
  return (await client.projects.list()).meta.total_count;
}
