// The API: allows `limit` calls per window, and counts the calls it refuses. Each run has its own process, so that it
// starts from scratch.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServerOptions {
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds by which windows are shifted, so that parallel runs don't burst at the same time. */
  readonly shift: number;
}

const { limit, window, shift } = JSON.parse(process.argv[2] ?? '') as ServerOptions;
let start = -Infinity;
let [used, refused] = [0, 0];

function take(now: number): boolean {
  if (now >= start + window) {
    start = Math.floor((now - shift) / window) * window + shift;
    used = 0;
  }
  if (used >= limit) return false;
  used += 1;
  return true;
}

const user = { id: 'user_123', name: 'John Doe', email: 'john@example.com', created_at: '2024-01-01T00:00:00Z' };
const refusal = { error: { code: 'rate_limit_exceeded', message: 'Too many requests.' } };
const bodies = [user, refusal].map((body) => JSON.stringify(body));

const server = createServer((request, response) => {
  request.resume();
  const granted = take(Date.now());
  if (!granted) refused += 1;
  response.writeHead(granted ? 200 : 429, {
    'content-type': 'application/json',
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': limit - used,
    'x-ratelimit-reset': Math.ceil((start + window) / 1000),
  });
  response.end(bodies[granted ? 0 : 1]);
});
server.keepAliveTimeout = 600_000;

process.on('message', () => process.send?.(refused));
process.once('disconnect', () => process.exit());
// The backlog must hold the connections of all calls.
server.listen(0, '127.0.0.1', 2048, () => {
  // A server that listens on TCP has this kind of address.
  process.send?.((server.address() as AddressInfo).port);
});
