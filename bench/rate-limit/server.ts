// The API: allows `limit` calls per window, and counts the calls it refuses. Each run has its own process, so that it
// starts from scratch.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { documentedApi, epoch } from '../../test/support/world/api.ts';

export interface ServerOptions {
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds by which windows are shifted, so that parallel runs don't burst at the same time. */
  readonly shift: number;
}

const { limit, window, shift } = JSON.parse(process.argv[2] ?? '') as ServerOptions;
const api = documentedApi({ limit, duration: window, begun: window - shift });
const [query, token, body] = [new URLSearchParams(), '', undefined];
let refused = 0;

const server = createServer((request, response) => {
  request.resume();
  const { method = '', url: path = '' } = request;
  const answer = api({ method, path, query, token, body }, Date.now() - epoch);
  if (!('status' in answer)) throw new Error('The API always responds.');
  if (answer.status === 429) refused += 1;
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(JSON.stringify(answer.body));
});
server.keepAliveTimeout = 600_000;

process.on('message', () => process.send?.(refused));
process.once('disconnect', () => process.exit());
// The backlog must hold the connections of all calls.
server.listen(0, '127.0.0.1', 2048, () => {
  // A server that listens on TCP has this kind of address.
  process.send?.((server.address() as AddressInfo).port);
});
