// The server for `pagination.ts`, in a separate process. The path `/<ms>/<items>/…` sets the latency of each answer and
// the length of the list.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const created_at = '2024-01-01T00:00:00Z';
const project = (n: number) => ({ id: `proj_${n}`, name: `Project ${n}`, description: 'One of many.', created_at });

const server = createServer((request, response) => {
  request.resume();
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [latency = 0, items = 0] = url.pathname.split('/').slice(1).map(Number);
  const page = Number(url.searchParams.get('page') ?? 1);
  const size = Number(url.searchParams.get('per_page') ?? 20);
  const length = Math.max(0, Math.min(size, items - (page - 1) * size));
  const body = JSON.stringify({
    data: Array.from({ length }, (_, index) => project((page - 1) * size + index)),
    meta: { current_page: page, total_pages: Math.ceil(items / size), total_count: items },
  });
  const answer = (): void => {
    // The budget is so large that no client has a reason to wait.
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-ratelimit-limit': 1_000_000_000,
      'x-ratelimit-remaining': 999_999_999,
      'x-ratelimit-reset': Math.ceil(Date.now() / 60_000) * 60,
    });
    response.end(body);
  };
  if (latency === 0) answer();
  else setTimeout(answer, latency);
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  // A server that listens on TCP has such an address.
  process.send?.((server.address() as AddressInfo).port);
});
process.once('disconnect', () => process.exit());
