import { InvalidArgumentError } from 'commander';
import type * as z from 'zod/mini';
import * as access from '../http/access.ts';
import type { RateLimit } from '../state/rate-windows.ts';
import { messageOf } from '../utils/json.ts';
import { bearerToken, integerParameter } from '../utils/schemas.ts';
import { httpUrl as urlSchema } from '../webhooks/endpoint-params.ts';

/** The API token of a sandbox that only this machine can reach. It stays the same, so that a `.env` of an app does. */
export const localToken = 'sandbox_token';

/** Reads what a schema accepts. Its messages begin with `Must`. */
const valid =
  <T>(schema: z.ZodMiniType<T>) =>
  (value: unknown): T => {
    const { success, data, error } = schema.safeParse(value);
    if (success) return data;
    throw new InvalidArgumentError(`It ${error.issues.map(({ message }) => message.replace(/^M/, 'm')).join(' ')}`);
  };

const several =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, read(text)];

/** Reads a whole number of at most `max`. */
export const wholeNumber = (max: number) => valid(integerParameter(0, max));
export const httpUrl = valid(urlSchema);
export const httpUrls = several(httpUrl);
export const hostNames = several((text) => valid(access.hostName)(text.toLowerCase()));
export const origins = several(valid(access.origin));
export const apiToken = valid(bearerToken);

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

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON, such as '{"id":"user_123"}': ${messageOf(error)}`);
  }
}
