import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { bearerToken } from '../utils/schemas.ts';
import { isHostName, isOrigin } from '../http/access.ts';
import type { RateLimit } from '../state/rate-windows.ts';

/** Reads a whole number of at most `max`. */
export function wholeNumber(max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number from 0 to ${max}.`);
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

/** Reads one of several URLs. */
export function httpUrls(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, httpUrl(text)];
}

/** Reads one of several names of hosts. */
export function hostNames(text: string, before: readonly string[] = []): readonly string[] {
  const name = text.toLowerCase();
  if (isHostName(name)) return [...before, name];
  throw new InvalidArgumentError('It must be a host name without a port, such as sandbox.');
}

/** Reads one of several origins. */
export function origins(text: string, before: readonly string[] = []): readonly string[] {
  if (isOrigin(text)) return [...before, text];
  throw new InvalidArgumentError('It must be an origin, such as https://app.example.com.');
}

/** Reads an API token. */
export function apiToken(text: string): string {
  if (bearerToken.safeParse(text).success) return text;
  throw new InvalidArgumentError('It may have letters, digits and - . _ ~ + /, and = at the end.');
}

/** Reads JSON. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It must be valid JSON.');
  }
}

/** Reads a file of JSON. */
export function jsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(
      `The file can't be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(
      `The file is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Reads a list of names, separated by commas. */
export function names(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}
