// A scaled-down API: allows `limit` calls per window of a few seconds, and counts what it grants and refuses. Each run
// has its own process, so that it starts from nothing.
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HiddenLimit, type Hidden } from './hidden-limits.ts';

/**
 * A second program on the same token. It uses a third of the budget: spread evenly, or all at once as a window opens.
 */
export type Foreign = 'none' | 'spread' | 'burst';

export interface ServerOptions {
  /**
   * `aligned`: windows follow the clock; `first-request`: a window starts with the first request after the last one;
   * `sliding`: Cloudflare's counter, in which a window still counts in proportion while the next one passes.
   */
  readonly kind: 'aligned' | 'first-request' | 'sliding';
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds by which aligned windows are shifted, so that parallel runs don't burst at the same time. */
  readonly shift: number;
  /** Whether a 429 has a `Retry-After` header. The API's reference documents none. */
  readonly retryAfter: boolean;
  readonly foreign: Foreign;
  readonly hidden: Hidden;
  /** Whether responses report no limit at all. */
  readonly silent: boolean;
  /** Whether a CDN answers three of ten requests from its cache, with the headers that it has stored and an `Age`. */
  readonly cdn: boolean;
}

/** What the server saw. */
export interface ServerReport {
  readonly refused: number;
  /** Calls granted to the foreign client, by the number of the aligned window. */
  readonly foreign: Readonly<Record<number, number>>;
  /** Requests that the CDN answered, which count in no window. */
  readonly cached: number;
}

const options = JSON.parse(process.argv[2] ?? '') as ServerOptions;
const { kind, limit, window, shift, retryAfter, foreign, silent, cdn } = options;
const hidden = new HiddenLimit(options.hidden, limit, window);
const share = Math.floor(limit / 3);

let start = -Infinity;
let used = 0;
let previous = 0;
let refused = 0;
let cached = 0;
let stored: { readonly at: number; readonly headers: OutgoingHttpHeaders } | undefined;
const foreignGranted: Record<number, number> = {};

const number = (now: number): number => Math.floor((now - shift) / window);

function roll(now: number): void {
  if (now < start + window) return;
  previous = now < start + 2 * window ? used : 0;
  start = kind === 'first-request' ? now : number(now) * window + shift;
  used = 0;
  if (foreign === 'burst') for (let i = 0; i < share; i++) foreignCall(now);
}

/** Requests that count now. */
function counted(now: number): number {
  return kind === 'sliding' ? used + (previous * (start + window - now)) / window : used;
}

function take(now: number): boolean {
  roll(now);
  if (counted(now) + 1 > limit) return false;
  used += 1;
  return true;
}

function foreignCall(now: number): void {
  if (take(now)) foreignGranted[number(now)] = (foreignGranted[number(now)] ?? 0) + 1;
}

const user = JSON.stringify({
  id: 'user_123',
  name: 'John Doe',
  email: 'john@example.com',
  created_at: '2024-01-01T00:00:00Z',
});
const refusal = JSON.stringify({ error: { code: 'rate_limit_exceeded', message: 'Too many requests.' } });

const server = createServer((request, response) => {
  request.resume();
  const now = Date.now();
  roll(now);
  if (cdn && stored !== undefined && Math.random() < 0.3) {
    cached += 1;
    response.writeHead(200, { ...stored.headers, age: String(Math.floor((now - stored.at) / 1000)) });
    response.end(user);
    return;
  }
  const admitted = hidden.admits(now);
  const granted = admitted && take(now);
  if (granted) hidden.begin(now);
  if (!granted) refused += 1;
  const headers: OutgoingHttpHeaders = { 'content-type': 'application/json' };
  // A proxy that refuses a request does not know the API's limit.
  const isProxy = options.hidden === 'bucket' && !admitted;
  if (!silent && !isProxy) {
    headers['x-ratelimit-limit'] = limit;
    headers['x-ratelimit-remaining'] = Math.max(0, Math.floor(limit - counted(now)));
    headers['x-ratelimit-reset'] = Math.ceil((start + window) / 1000);
  }
  if (!granted && admitted && retryAfter) headers['retry-after'] = String(Math.ceil((start + window - now) / 1000));
  if (isProxy && retryAfter) headers['retry-after'] = '1';
  // It is fetched again now and then, so that what is stored gets old.
  if (granted && (stored === undefined || Math.random() < 0.05)) stored = { at: now, headers };
  const answer = (): void => {
    if (granted) hidden.end();
    response.writeHead(granted ? 200 : 429, headers);
    response.end(granted ? user : refusal);
  };
  if (granted && hidden.takes > 0) setTimeout(answer, hidden.takes);
  else answer();
});
server.keepAliveTimeout = 600_000;

if (foreign === 'spread') setInterval(() => foreignCall(Date.now()), window / share);

process.on('message', () => {
  process.send?.({ refused, foreign: foreignGranted, cached } satisfies ServerReport);
});
process.once('disconnect', () => process.exit());
// The backlog holds a thousand connections at once.
server.listen(0, '127.0.0.1', 2048, () => {
  // A server that listens on TCP has such an address.
  process.send?.((server.address() as AddressInfo).port);
});
