import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../support/child-process.ts';

// The memory of waiting calls and idle clients. Each program has a client that used up its API's limit of one request.

async function printedBy(program: string): Promise<string> {
  const script = `
    import { Client } from ${JSON.stringify(join(import.meta.dirname, '../../src/index.ts'))};
    const reset = Math.ceil(Date.now() / 1000) + 3600;
    const body = { id: 'user_1', name: 'John Doe', email: 'john@example.com', created_at: '2024-01-01T00:00:00Z' };
    const headers = { 'x-ratelimit-limit': 100, 'x-ratelimit-remaining': 0, 'x-ratelimit-reset': reset };
    const client = new Client({ apiToken: 'sk', fetch: async () => Response.json(body, { headers }) });
    await client.users.get('user_1');
    const controller = new AbortController();
    const { signal } = controller;
    ${program}`;
  const { stdout } = await run(process.execPath, ['--expose-gc', '--input-type=module', '-e', script]);
  return stdout.trim();
}

it.each([
  ['on its own', '', 0],
  // With more listeners, adding each would take longer, because a signal looks through its listeners.
  ['of 100 000 that share a signal, which gets one listener', 'signal', 1],
  ['with a total timeout, which takes a timer of its own', 'totalTimeout: 1e9', 0],
  ['with headers, a key and a veto', `headers: { 'x-team': id }, idempotencyKey: id, shouldRetry: settled`, 0],
])('a call that waits takes at most 4 kB with the promise of its caller: %s', async (_, options, most) => {
  const output = await printedBy(`
    const settled = () => undefined;
    const heap = () => (gc(), process.memoryUsage().heapUsed);
    for (const name of ['request', 'response', 'retry', 'callEnd']) client.on(name, settled);
    let listeners = 0;
    const addEventListener = signal.addEventListener.bind(signal);
    signal.addEventListener = (...args) => (listeners += 1, addEventListener(...args));
    const ids = Array.from({ length: 100_000 }, (_, index) => 'user_' + index);
    const promises = new Array(ids.length);
    const before = heap();
    for (const [index, id] of ids.entries()) promises[index] = client.users.get(id, { ${options} }).then(settled, settled);
    await undefined;
    const bytes = Math.round((heap() - before) / ids.length);
    const { waiting } = client.rateLimit;
    controller.abort();
    if (listeners > 0) await Promise.all(promises);
    console.log(bytes, waiting, listeners);
    process.exit();`);
  const [bytes, waiting, listeners] = output.split(' ').map(Number);
  expect(bytes).toBeLessThanOrEqual(4000);
  expect([waiting, listeners]).toEqual([100_000, most]);
});

it('a process ends when no call is in progress, whatever the limiter remembers', async () => {
  expect(await printedBy(`console.log('done')`)).toBe('done');
});

it('a process stays alive while a call waits', async () => {
  const output = await printedBy(`
    setTimeout(() => controller.abort('enough'), 300).unref();
    await client.users.get('user_2', { signal }).catch(console.log);`);
  expect(output).toBe('enough');
});
