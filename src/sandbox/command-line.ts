import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | { readonly name: 'serve'; readonly port: number; readonly host: string };

/** An argument is wrong; the message says which, and what is expected. */
export class UsageError extends Error {}

export const HELP = `Usage: example-sandbox [options]

Runs the Example API on this machine: no account, no network.

  --port <n>    TCP port, 0 for a free one (default 4010)
  --host <ip>   address to listen on (default 127.0.0.1, this machine alone)
  --help        this text
  --version     the version of @example/sdk
`;

/** @throws UsageError */
export function parseCommandLine(args: readonly string[]): Command {
  const values = parse(args);
  if (values.help === true) return { name: 'help' };
  if (values.version === true) return { name: 'version' };
  return { name: 'serve', port: port(values.port ?? '4010'), host: values.host ?? '127.0.0.1' };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', short: 'p' },
        host: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new UsageError(`--port must be a number from 0 to 65535, not '${text}'.`);
}
