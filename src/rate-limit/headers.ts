import type { RateLimitInfo } from '../errors/index.ts';

/** Seconds by which `reset` may differ between two responses about the same window. */
export const resetJitter = 1.5;

/** Reads `X-RateLimit-*`; `undefined` unless limit, remaining and reset are all there. */
export function parseRateLimit(headers: Headers): RateLimitInfo | undefined {
  const limit = parseNumber(headers.get('x-ratelimit-limit'));
  const remaining = parseNumber(headers.get('x-ratelimit-remaining'));
  const reset = parseNumber(headers.get('x-ratelimit-reset'));
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining, reset };
}

/** Milliseconds to wait, from `Retry-After` in seconds or as an HTTP date. */
export function parseRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  // In `5, 30`, a proxy added the second value: the first counts. A huge number is a long wait, not an invalid one.
  if (/^\d+(\.\d+)?\s*(,|$)/.test(value)) return Math.min(Number.parseFloat(value), 99_999_999_999) * 1000;
  // `Date.parse` also accepts "-5" and "1.5.". An HTTP date begins with the name of a day.
  const date = /^[A-Z]/i.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - serverTime(headers));
}

/** Milliseconds until the window ends, if no request is left in it, by the server's own clock. */
export function untilReset(headers: Headers): number | undefined {
  const announced = parseRateLimit(headers);
  if (announced?.remaining !== 0) return undefined;
  const left = announced.reset * 1000 - serverTime(headers);
  // `reset` may be in another unit.
  return left > 0 && left <= maxWindow ? left : undefined;
}

/** The longest `Retry-After` that is believed of a refusal, and of a failure, in milliseconds. */
export const maxRequestedDelay = { refusal: 3_600_000, failure: 120_000 };

/** A window that ends later than in so many milliseconds, or ended longer ago, is not believed. */
const maxWindow = 2 * 86_400_000;

/** What a response says about limits. */
export interface ResponseFacts {
  readonly isRefusal: boolean;
  /** True if the API, or a gateway in front of it, has failed. */
  readonly isFailure: boolean;
  readonly announced: RateLimitInfo | undefined;
  /** The server's time in epoch milliseconds, rounded down to a second. */
  readonly servedAt: number | undefined;
  /** The computer's own time when it arrived, in epoch milliseconds. */
  readonly receivedAt: number;
  /** Milliseconds that a refusal or a failure asks to wait; `undefined` also for 0. */
  readonly requestedDelay: number | undefined;
}

export function readResponse(status: number, headers: Headers): ResponseFacts {
  const [isRefusal, isFailure] = [status === 429, status >= 500];
  const receivedAt = Date.now();
  const date = servedAt(headers);
  const announced = parseRateLimit(headers);
  const isCredible = announced && Math.abs(announced.reset * 1000 - (date ?? receivedAt)) <= maxWindow;
  const requested = isRefusal || isFailure ? parseRetryAfter(headers) : undefined;
  const most = isRefusal ? maxRequestedDelay.refusal : maxRequestedDelay.failure;
  return {
    isRefusal,
    isFailure,
    announced: isCredible ? announced : undefined,
    servedAt: date,
    receivedAt,
    requestedDelay: requested ? Math.min(requested, most) : undefined,
  };
}

/** In epoch milliseconds, by the computer's clock if there is no `Date`. */
function serverTime(headers: Headers): number {
  return servedAt(headers) ?? Date.now();
}

/** A cache adds the `Age` of a response that it repeats, in seconds (RFC 9111, section 5.1). */
function servedAt(headers: Headers): number | undefined {
  const date = Date.parse(headers.get('date') ?? '') + 1000 * (parseNumber(headers.get('age')) ?? 0);
  // `Date.parse` takes "50" for a year before 1970.
  return date >= 0 ? date : undefined;
}

/** A number that isn't negative. One of twelve digits is no time in seconds. */
function parseNumber(value: string | null): number | undefined {
  return value !== null && /^\s*\d{1,11}(\.\d+)?\s*$/.test(value) ? Number.parseFloat(value) : undefined;
}
