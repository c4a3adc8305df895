#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { type Command, HELP, parseCommandLine, UsageError } from './command-line.ts';
import { createSandbox } from './sandbox.ts';
import { styleFor, welcome } from './welcome.ts';

async function run(command: Command): Promise<void> {
  switch (command.name) {
    case 'help':
      process.stdout.write(HELP);
      return;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return;
    case 'serve':
      await serve(command);
  }
}

async function serve({ port, host }: Command & { name: 'serve' }): Promise<void> {
  const sandbox = createSandbox();
  const { url } = await sandbox.listen({ port, host }).catch((error: unknown) => {
    throw isInUse(error)
      ? new UsageError(`Port ${port} is in use. Choose another one with --port, or a free one with --port 0.`)
      : error;
  });
  process.stdout.write(
    welcome({ url, apiToken: sandbox.apiToken, limit: 100, window: 60_000 }, styleFor(process.stdout)),
  );

  const stop = () => void sandbox.close();
  // Once: a second Ctrl-C ends the process even if something holds it up.
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function version(): string {
  // The same distance from the source and from the build.
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

try {
  await run(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nexample-sandbox --help tells what there is.\n`);
  process.exitCode = 2;
}
