import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { RateLimit } from './rate-windows.ts';

/** What the command line asks for. */
export type Command = { readonly name: 'help' } | { readonly name: 'version' } | ServeCommand | TriggerCommand;

export interface ServeCommand {
  readonly name: 'serve';
  readonly port: number;
  readonly host: string;
  readonly projects: number;
  readonly rateLimit: RateLimit;
  readonly latency: number;
  /** File that keeps the state. */
  readonly data: string | undefined;
}

export interface TriggerCommand {
  readonly name: 'trigger';
  readonly event: string;
  readonly to: string;
  readonly secret: string;
  /** The event's `data`; `undefined` for the documented example. */
  readonly payload: unknown;
}

/** An argument is wrong; the message says which, and what is expected. */
export class UsageError extends Error {}

export const HELP = `Usage: example-sandbox [options]
       example-sandbox trigger <event> --to <url> --secret <whsec_…> [--payload <json>]

Runs the Example API on this machine: no account, no network.

  --port <n>            TCP port, 0 for a free one (default 4010)
  --host <address>      address to listen on (default 127.0.0.1, this machine alone;
                        with another one the dashboard is open to others, too)
  --projects <n>        projects to begin with (default 100)
  --rate-limit <n/t>    requests that a token may make in a time (default 100/60s)
  --latency <ms>        time that every answer is held back (default 0)
  --data <file>         keeps the state in this file (default: it is gone at the end)
  --help                this text
  --version             the version of @example/sandbox

trigger sends one signed event, such as user.created, to a server under development:

  --to <url>            where to
  --secret <whsec_…>    what to sign with (default: the variable EXAMPLE_WEBHOOK_SECRET)
  --payload <json>      the event's data (default: the one of the API reference)
`;

const common = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } } as const;
const serveOptions = {
  ...common,
  port: { type: 'string', short: 'p', default: '4010' },
  host: { type: 'string', default: '127.0.0.1' },
  projects: { type: 'string', default: '100' },
  'rate-limit': { type: 'string', default: '100/60s' },
  latency: { type: 'string', default: '0' },
  data: { type: 'string' },
} as const;
const triggerOptions = {
  ...common,
  to: { type: 'string' },
  secret: { type: 'string' },
  payload: { type: 'string' },
} as const;

/** @throws UsageError */
export function parseCommandLine(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Command {
  return args[0] === 'trigger' ? parseTrigger(args.slice(1), env) : parseServe(args);
}

function parseServe(args: readonly string[]): Command {
  const { values } = parse({ args: [...args], options: serveOptions });
  if (values.help === true) return { name: 'help' };
  if (values.version === true) return { name: 'version' };
  return {
    name: 'serve',
    port: number('--port', values.port, 65_535),
    host: values.host,
    projects: number('--projects', values.projects, 1_000_000),
    rateLimit: rateLimit(values['rate-limit']),
    latency: number('--latency', values.latency, 600_000),
    data: values.data,
  };
}

function parseTrigger(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  const { values, positionals } = parse({ args: [...args], options: triggerOptions, allowPositionals: true });
  if (values.help === true) return { name: 'help' };
  if (values.version === true) return { name: 'version' };

  const [event, ...others] = positionals;
  if (event === undefined || others.length > 0) throw new UsageError('trigger takes one event, such as user.created.');
  const secret = values.secret ?? env['EXAMPLE_WEBHOOK_SECRET'];
  if (values.to === undefined || !/^https?:\/\//i.test(values.to) || !URL.canParse(values.to)) {
    throw new UsageError('trigger needs --to, a URL that begins with http:// or https://.');
  }
  if (secret === undefined) throw new UsageError('trigger needs --secret, or the variable EXAMPLE_WEBHOOK_SECRET.');
  return { name: 'trigger', event, to: values.to, secret, payload: payload(values.payload) };
}

function parse<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function number(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value <= most) return value;
  throw new UsageError(`${name} must be a number from 0 to ${most}, not '${text}'.`);
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

function rateLimit(text: string): RateLimit {
  const match = /^(?<limit>[1-9]\d{0,8})\/(?<count>[1-9]\d{0,8})?(?<unit>ms|s|m|h)$/.exec(text);
  if (match?.groups === undefined) {
    throw new UsageError(`--rate-limit must be a number of requests and a time, such as 100/60s, not '${text}'.`);
  }
  const { limit, count = '1', unit } = match.groups;
  // The pattern lets no other unit through.
  return { limit: Number(limit), window: Number(count) * units[unit as keyof typeof units] };
}

function payload(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--payload must be JSON.`, { cause: error });
  }
}
