import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = (path: string): string => JSON.stringify(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)));

/** Runs a module in a process of its own. Returns its output when it has ended. */
async function run(program: string): Promise<string> {
  const script = `
    import { Client } from ${source('index.ts')};
    import { rateLimiterFor } from ${source('rate-limit/registry.ts')};
    ${program}`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  expect(child.exitCode).toBe(0);
  return output.trim();
}

const setUp = `
const limiter = rateLimiterFor({ baseUrl: 'https://api.example.com/v1', token: 'sk', fetch, rateLimit: { limit: 1 } });
const site = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };
(await limiter.acquire(site)).recordResponse(200, new Headers());
`;

/** A client whose API allows one request, which has been made. */
const busyClient = `
const reset = Math.ceil(Date.now() / 1000) + 3600;
const body = { id: 'user_1', name: 'John Doe', email: 'john@example.com', created_at: '2024-01-01T00:00:00Z' };
const headers = { 'x-ratelimit-limit': 100, 'x-ratelimit-remaining': 0, 'x-ratelimit-reset': reset };
const client = new Client({ apiToken: 'sk', rateLimit: { limit: 1 }, fetch: async () => Response.json(body, { headers }) });
await client.users.get('user_1');
const settled = () => undefined;
const heap = () => (gc(), process.memoryUsage().heapUsed);
`;

describe('a call of the client that waits', () => {
  it.each([
    ['on its own', '', 0],
    // More listeners would take quadratic time: a signal looks through its listeners for each one that is added.
    ['of 100 000 that share a signal, which gets one listener', 'signal', 1],
    ['with a total timeout, which takes a timer of its own', 'totalTimeout: 1e9', 0],
    [
      'with headers, a key, a priority and a veto',
      `headers: { 'x-team': id }, idempotencyKey: id, priority: 'background', shouldRetry: settled`,
      0,
    ],
  ])(
    'takes at most 4 kB, with the promise that its caller makes of it, and leaves the queue when it is aborted: %s',
    async (_, options, listeners) => {
      const output = await run(`${busyClient}
      for (const name of ['request', 'response', 'retry', 'callEnd']) client.on(name, settled);
      const controller = new AbortController();
      const { signal } = controller;
      let listeners = 0;
      const addEventListener = signal.addEventListener.bind(signal);
      signal.addEventListener = (...args) => (listeners += 1, addEventListener(...args));
      const ids = Array.from({ length: 100_000 }, (_, index) => 'user_' + index);
      const promises = new Array(ids.length);
      const before = heap();
      const started = process.cpuUsage();
      for (const [index, id] of ids.entries()) promises[index] = client.users.get(id, { ${options} }).then(settled, settled);
      await undefined;
      const queued = process.cpuUsage(started);
      const bytes = Math.round((heap() - before) / ids.length);
      const { waiting } = client.rateLimit;
      const continued = process.cpuUsage();
      controller.abort();
      if (listeners > 0) await Promise.all(promises);
      const aborted = process.cpuUsage(continued);
      console.log(bytes, waiting, listeners, queued.user + queued.system + aborted.user + aborted.system);
      process.exit();
    `);
      const [bytes, waiting, added, micros] = output.split(' ').map(Number) as [number, number, number, number];
      expect(bytes).toBeLessThanOrEqual(4000);
      console.info(`${(micros / 1e6).toFixed(1)} s of CPU to queue and abort 100 000 calls`);
      expect(waiting).toBe(100_000);
      expect(added).toBe(listeners);
    },
  );
});

describe('a process', () => {
  it('ends when no call is in progress, whatever the limiter remembers', async () => {
    expect(await run(`${setUp} console.log('done')`)).toBe('done');
  });

  it('stays alive while a call waits', async () => {
    const output = await run(`${setUp}
      const controller = new AbortController();
      setTimeout(() => controller.abort('enough'), 300).unref();
      await limiter.acquire({ ...site, signal: controller.signal }).catch(console.log);
    `);
    expect(output).toBe('enough');
  });
});
