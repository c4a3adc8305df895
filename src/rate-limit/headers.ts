/** The rate limit as a response reported it. */
export interface RateLimitInfo {
  /** Requests allowed in a window. */
  readonly limit: number;
  /** Requests left in the current window. */
  readonly remaining: number;
  /** When the window ends: epoch seconds on the server's clock. */
  readonly reset: number;
}

/** Reads `X-RateLimit-*`; `undefined` unless all three are there and are numbers. */
export function parseRateLimit(headers: Headers): RateLimitInfo | undefined {
  const limit = count(headers, 'x-ratelimit-limit');
  const remaining = count(headers, 'x-ratelimit-remaining');
  const reset = count(headers, 'x-ratelimit-reset');
  if (limit === undefined || remaining === undefined || reset === undefined) return undefined;
  return { limit, remaining, reset };
}

function count(headers: Headers, name: string): number | undefined {
  const value = headers.get(name);
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** `Retry-After` (RFC 9110, 10.2.3) in milliseconds: seconds, or an HTTP date measured by the server's own `Date`. */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = /^[a-z]{3}/i.test(value) ? Date.parse(value) : NaN;
  const serverNow = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : Math.max(0, date - (Number.isNaN(serverNow) ? now : serverNow));
}
