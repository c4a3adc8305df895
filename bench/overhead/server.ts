// The server for `overhead.ts`. It is a separate process, so that its work is not counted as the client's.
import { createServer } from 'node:http';
import { listen } from '../../test/support/free-port.ts';

const user = JSON.stringify({
  id: 'user_123',
  name: 'John Doe',
  email: 'john@example.com',
  created_at: '2024-01-01T00:00:00Z',
});

// The budget is so large that no client has a reason to wait.
const limit = 1_000_000_000;
let served = 0;

const server = createServer((request, response) => {
  request.resume();
  served += 1;
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(user),
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': limit - served,
    'x-ratelimit-reset': Math.ceil(Date.now() / 60_000) * 60,
  });
  response.end(user);
});
server.keepAliveTimeout = 600_000;
process.send?.(await listen(server));
process.once('disconnect', () => process.exit());
