#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import process from 'node:process';

// Before the code is loaded, so that later starts need not compile it. It is kept in the temporary directory.
enableCompileCache();
const { run } = await import('./run.ts');

// That of the app: it may have the secret of its webhook.
if (existsSync('.env')) process.loadEnvFile();

// A program that started the sandbox may read no further than the URL. The sandbox goes on without its output.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  error: process.stderr,
  env: process.env,
  stopped: () =>
    new Promise((resolve) => {
      // Only once, so that a second Ctrl-C ends the process even if it hangs.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
    }),
});
