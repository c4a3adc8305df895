import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { RateLimit } from '../state/rate-windows.ts';

/** A parsed command. */
export type Command = { readonly name: 'help' } | { readonly name: 'version' } | ServeCommand | TriggerCommand;

export interface ServeCommand {
  readonly name: 'serve';
  readonly port: number;
  readonly host: string;
  readonly projects: number;
  readonly rateLimit: RateLimit;
  readonly latency: number;
  /** File to store the state in. */
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

/** An argument is invalid. The message names it and says what is expected. */
export class UsageError extends Error {}

export const helpText = `Usage: example-sandbox [options]
       example-sandbox trigger <event> --to <url> --secret <whsec_…> [--payload <json>]

Runs a local copy of the Example API. You need no account and no network.

  --port <n>            TCP port to listen on; 0 picks a free one (default 4010)
  --host <address>      address to listen on (default 127.0.0.1, which only this machine
                        can reach; any other address also exposes the dashboard)
  --projects <n>        number of sample projects (default 100)
  --rate-limit <n/t>    requests per token and time window (default 100/60s)
  --latency <ms>        delay before each response (default 0)
  --data <file>         file to store the state in (default: memory)
  --help                show this help
  --version             show the version of @example/sandbox

trigger sends one signed event, such as user.created, to a server under development:

  --to <url>            URL to send the event to
  --secret <whsec_…>    signing secret (default: the variable EXAMPLE_WEBHOOK_SECRET)
  --payload <json>      the event's data (default: the example in the API reference)
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

/** @throws {UsageError} when an argument is invalid. */
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
  if (event === undefined || others.length > 0)
    throw new UsageError('trigger takes exactly one event, such as user.created.');
  const secret = values.secret ?? env['EXAMPLE_WEBHOOK_SECRET'];
  if (values.to === undefined || !/^https?:\/\//i.test(values.to) || !URL.canParse(values.to)) {
    throw new UsageError('trigger needs --to with a URL that starts with http:// or https://.');
  }
  if (secret === undefined)
    throw new UsageError('trigger needs --secret or the environment variable EXAMPLE_WEBHOOK_SECRET.');
  return { name: 'trigger', event, to: values.to, secret, payload: payload(values.payload) };
}

function parse<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function number(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value <= max) return value;
  throw new UsageError(`${name} must be a number from 0 to ${max}, not '${text}'.`);
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

function rateLimit(text: string): RateLimit {
  const match = /^(?<limit>[1-9]\d{0,8})\/(?<count>[1-9]\d{0,8})?(?<unit>ms|s|m|h)$/.exec(text);
  if (match?.groups === undefined) {
    throw new UsageError(
      `--rate-limit must be a number of requests and a time window, such as 100/60s, not '${text}'.`,
    );
  }
  const { limit, count = '1', unit } = match.groups;
  // The pattern matches only these units.
  return { limit: Number(limit), window: Number(count) * units[unit as keyof typeof units] };
}

function payload(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError('--payload must be valid JSON.', { cause: error });
  }
}
