#!/usr/bin/env node
import process from 'node:process';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  error: process.stderr,
  env: process.env,
  stopped: () =>
    new Promise((resolve) => {
      // Once: a second Ctrl-C ends the process even if something holds it up.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
    }),
});
