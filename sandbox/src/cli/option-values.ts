import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { bearerToken } from '../utils/schemas.ts';
import { isHostName, isOrigin } from '../http/access.ts';
import type { RateLimit } from '../state/rate-windows.ts';
import { requestFilterSchema } from '../state/request-filter.ts';

/** Reads a whole number of at most `max`. */
export function wholeNumber(max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${max}.`);
  };
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads a rate limit, such as `100/60s`. */
export function rateLimit(text: string): RateLimit {
  const match = /^(?<limit>[1-9]\d{0,8})\/(?<count>[1-9]\d{0,8})?(?<unit>ms|s|m|h)$/.exec(text);
  if (match?.groups === undefined) {
    throw new InvalidArgumentError('It must be a number of requests and a time window, such as 100/60s.');
  }
  const { limit, count = '1', unit } = match.groups;
  // The pattern matches only these units.
  return { limit: Number(limit), window: Number(count) * units[unit as keyof typeof units] };
}

/** Reads an HTTP URL. */
export function httpUrl(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be a URL that starts with http:// or https://.');
}

/** Reads one of several values. */
const several =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, read(text)];

export const httpUrls = several(httpUrl);

export const hostNames = several((text) => {
  const name = text.toLowerCase();
  if (isHostName(name)) return name;
  throw new InvalidArgumentError('It must be a host name without a port, such as sandbox.');
});

export const origins = several((text) => {
  if (isOrigin(text)) return text;
  throw new InvalidArgumentError('It must be an origin, such as https://app.example.com.');
});

/** Reads an API token. */
export function apiToken(text: string): string {
  if (bearerToken.safeParse(text).success) return text;
  throw new InvalidArgumentError('It may have letters, digits and - . _ ~ + /, and = at the end.');
}

/** Reads JSON. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON, such as '{"id":"user_123"}': ${messageOf(error)}`);
  }
}

/** Reads a file of JSON. */
export function jsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const what = error instanceof SyntaxError ? 'is not valid JSON' : "can't be read";
    throw new InvalidArgumentError(`The file ${what}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reads a list of names of events, separated by commas. */
export function eventList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => /^(\*|[\w.-]{1,100})$/.test(name))) return names;
  throw new InvalidArgumentError('It must be names of events, such as user.created,user.deleted, or *.');
}

/** Reads what requests are filtered by. */
export function requestStatus(text: string): string {
  const { error } = requestFilterSchema.shape.status.safeParse(text);
  if (error === undefined) return text;
  throw new InvalidArgumentError(`It ${error.issues[0]?.message.replace(/^M/, 'm') ?? ''}`);
}
