#!/usr/bin/env node
// As a whole: an older Node.js doesn't export what is used of it, and would not get as far as the message.
import { existsSync } from 'node:fs';
import module from 'node:module';
import process from 'node:process';
import { unsupportedVersion } from '../utils/node-version.ts';

const message = unsupportedVersion(process.versions.node);
if (message === undefined) await start();
else {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  // Before the code is loaded, so that later starts need not compile it. It is kept in the temporary directory.
  module.enableCompileCache();
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
}
