// A scaled-down API: allows `limit` calls per window of a few seconds, and counts what it grants and refuses. Each run
// has its own process, so that it starts from nothing.
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A second program on the same token. It uses a third of the budget, spread evenly. */
export type Foreign = 'none' | 'spread';

export interface ServerOptions {
  /** `aligned`: windows follow the clock; `first-request`: a window starts with the first request after the last one. */
  readonly kind: 'aligned' | 'first-request';
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds by which aligned windows are shifted, so that parallel runs don't burst at the same time. */
  readonly shift: number;
  /** Whether a 429 has a `Retry-After` header. The API's reference documents none. */
  readonly retryAfter: boolean;
  readonly foreign: Foreign;
}

/** What the server saw. */
export interface ServerReport {
  readonly refused: number;
  /** Calls granted to the foreign client, by the number of the aligned window. */
  readonly foreign: Readonly<Record<number, number>>;
}

const options = JSON.parse(process.argv[2] ?? '') as ServerOptions;
const { kind, limit, window, shift, retryAfter, foreign } = options;

let start = -Infinity;
let used = 0;
let refused = 0;
const foreignGranted: Record<number, number> = {};

const number = (now: number): number => Math.floor((now - shift) / window);

function roll(now: number): void {
  if (now < start + window) return;
  start = kind === 'first-request' ? now : number(now) * window + shift;
  used = 0;
}

function take(now: number): boolean {
  roll(now);
  if (used >= limit) return false;
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
  const granted = take(now);
  if (!granted) refused += 1;
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json',
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': limit - used,
    'x-ratelimit-reset': Math.ceil((start + window) / 1000),
  };
  if (!granted && retryAfter) headers['retry-after'] = String(Math.ceil((start + window - now) / 1000));
  response.writeHead(granted ? 200 : 429, headers);
  response.end(granted ? user : refusal);
});
server.keepAliveTimeout = 600_000;

if (foreign === 'spread') setInterval(() => foreignCall(Date.now()), (window * 3) / limit);

process.on('message', () => {
  process.send?.({ refused, foreign: foreignGranted } satisfies ServerReport);
});
process.once('disconnect', () => process.exit());
// The backlog holds a thousand connections at once.
server.listen(0, '127.0.0.1', 2048, () => {
  // A server that listens on TCP has such an address.
  process.send?.((server.address() as AddressInfo).port);
});
