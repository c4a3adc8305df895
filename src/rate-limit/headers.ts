import type { RateLimitInfo } from '../errors/index.ts';

/** What the headers report, before the server's clock is known. */
export interface ReportedBudget {
  readonly limit: number;
  readonly remaining: number;
  /** When the window ends in epoch seconds; with `relative`, seconds until then. */
  readonly reset: number;
  readonly relative: boolean;
  /** Length of a window in seconds; only the IETF's `RateLimit-Policy` reports it. */
  readonly window: number | undefined;
}

/** What the API answered, and what it reports. */
export interface Answer {
  readonly now: number;
  readonly refused: boolean;
  /** Whether a cache has kept the response, so that what it reports was true when it was stored. */
  readonly isCached: boolean;
  /** Whether the response comes from a cache, which may have just stored it. */
  readonly isFromCache: boolean;
  readonly report: ReportedBudget | undefined;
  /** The response's `Date`. */
  readonly date: string | null;
  /** Milliseconds that the API asks to wait; `undefined` if it doesn't. */
  readonly wait: number | undefined;
}

/**
 * Reads `X-RateLimit-*`, or the IETF's `RateLimit` and `RateLimit-Policy` in any of their published shapes;
 * `undefined` unless limit, remaining and reset are all present. A reset in seconds from now is added to the response's
 * `Date`, or to the local time if it has none.
 */
export function parseRateLimit(headers: Headers): RateLimitInfo | undefined {
  const budget = readBudget(headers);
  if (budget === undefined) return undefined;
  const { limit, remaining, reset, relative } = budget;
  if (!relative) return { limit, remaining, reset };
  return { limit, remaining, reset: reset + Math.floor(servedAt(headers, Date.now()) / 1000) };
}

/** Milliseconds to wait, from `Retry-After` in seconds or as an HTTP date. `now` is in epoch milliseconds. */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = number(value);
  if (seconds !== undefined) return seconds * 1000;
  // `Date.parse` also accepts "-5" and "1.5.". An HTTP date begins with the name of a day.
  const date = /^[A-Z]/i.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(date)) return undefined;
  // The date is on the server's clock, and so is `Date`.
  return Math.max(0, date - servedAt(headers, now));
}

/** The longest `Retry-After` that is believed, in milliseconds. */
const longestWait = 3_600_000;

/**
 * Reads an answer that arrives now.
 *
 * @param serverTime In epoch milliseconds.
 */
export function readAnswer(status: number, headers: Headers, now: number, serverTime: number): Answer {
  const refused = status === 429;
  const age = headers.get('age');
  const isCached = Number(age) > 0;
  const report = isCached ? undefined : readBudget(headers);
  const wait = (refused && Math.min(parseRetryAfter(headers, serverTime) ?? 0, longestWait)) || undefined;
  return { now, refused, isCached, isFromCache: age !== null, report, date: headers.get('date'), wait };
}

/** Milliseconds until the window ends, if no request is left in it, by the server's own clock. */
export function untilReset(headers: Headers): number | undefined {
  const limit = parseRateLimit(headers);
  if (limit?.remaining !== 0) return undefined;
  return Math.max(0, limit.reset * 1000 - servedAt(headers, Date.now()));
}

/** The server's time in epoch milliseconds, or `fallback` if the response has no `Date`. */
function servedAt(headers: Headers, fallback: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? fallback : date;
}

/** Characters of a list that are looked at. A server may send kilobytes of policies, each time. */
const longestList = 2048;

/** Reads the budget from the headers. */
export function readBudget(headers: Headers): ReportedBudget | undefined {
  const limit = headers.get('x-ratelimit-limit');
  if (limit !== null) {
    return budgetOf(limit, headers.get('x-ratelimit-remaining'), headers.get('x-ratelimit-reset'));
  }
  const structured = headers.get('ratelimit');
  const policies = (headers.get('ratelimit-policy') ?? '').slice(0, longestList);
  if (structured !== null) return readStructured(structured.slice(0, longestList), policies);
  const list = headers.get('ratelimit-limit');
  return budgetOf(
    list,
    headers.get('ratelimit-remaining'),
    headers.get('ratelimit-reset'),
    parameter(policies || (list ?? ''), 'w'),
  );
}

/** `limit=100, remaining=50, reset=30` (drafts up to 7), or `"default";r=50;t=30` with `"default";q=100;w=60` (from 8 on). */
function readStructured(value: string, policies: string): ReportedBudget | undefined {
  if (/\blimit=/.test(value)) {
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => parameter(value, name));
    return budgetOf(limit, remaining, reset, parameter(policies, 'w'));
  }
  // Of two policies with one name, the first applies.
  const policyOf = new Map(
    items(policies)
      .reverse()
      .map((policy) => [name(policy), policy]),
  );
  let least: ReportedBudget | undefined;
  for (const item of items(value)) {
    const policy = policyOf.get(name(item)) ?? '';
    const budget = budgetOf(parameter(policy, 'q'), parameter(item, 'r'), parameter(item, 't'), parameter(policy, 'w'));
    // Of several policies, the one with the fewest requests left applies.
    if (budget !== undefined && (least === undefined || budget.remaining < least.remaining)) least = budget;
  }
  return least;
}

/** The members of a list. A comma within quotes doesn't separate them. */
function items(list: string): string[] {
  return list.match(/(?:"[^"]*"|[^",])+/g) ?? [];
}

function name(item: string): string {
  return item.split(';', 1).join('').trim();
}

function parameter(item: string, key: string): string | undefined {
  return new RegExp(`(?:^|[;,\\s])${key}=([\\d.]+)`).exec(item)?.[1];
}

/** Times below this are seconds from now: as an epoch time, this is in 1973. */
const firstEpoch = 1e8;

/** Times above this are milliseconds: as seconds, this is in the year 5138. */
const lastEpoch = 1e11;

/** A header, or a part of one, if there is one. */
type HeaderText = string | null | undefined;

function budgetOf(
  limitText: HeaderText,
  remainingText: HeaderText,
  resetText: HeaderText,
  windowText?: HeaderText,
): ReportedBudget | undefined {
  const limit = number(limitText);
  const remaining = number(remainingText);
  const reset = number(resetText);
  const window = number(windowText);
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining, reset: reset > lastEpoch ? reset / 1000 : reset, relative: reset < firstEpoch, window };
}

/** A number that isn't negative. Lists such as `100, 100;w=60` begin with the limit that applies now. */
function number(value: HeaderText): number | undefined {
  return value && /^\s*\d{1,15}(\.\d+)?\s*([,;]|$)/.test(value) ? Number.parseFloat(value) : undefined;
}
