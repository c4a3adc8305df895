import { Client } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { afterEach, describe, expect, test, vi } from 'vitest';

afterEach(() => void vi.useRealTimers());

function start(options: ConstructorParameters<typeof Client>[0] = {}) {
  const sandbox = createSandbox();
  const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch, logLevel: 'error', ...options });
  return { sandbox, client };
}

// Calls only wait for timers, so a call that has not settled after them never will.
describe.each([
  ['before', 'advanceTimersByTimeAsync', (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)],
  ['after', 'advanceTimersByTimeAsync', (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)],
  ['before', 'runAllTimersAsync', () => vi.runAllTimersAsync()],
])('a sandbox that was created %s vi.useFakeTimers(), with %s', (when, _, pass) => {
  const created = <T>(create: () => T): T => {
    if (when === 'after') vi.useFakeTimers();
    const value = create();
    if (when === 'before') vi.useFakeTimers();
    return value;
  };

  test('lets a call be retried', async () => {
    const { sandbox, client } = created(start);
    sandbox.faults.next({ status: 429, retryAfter: 5, times: 2 });
    const settled = vi.fn();
    void client.users.create({ name: 'Ada', email: 'ada@example.com', password: 'secure_password' }).then(settled);
    await pass(30_000);
    expect(settled).toHaveBeenCalledOnce();
    expect(sandbox.requests.map(({ status }) => status)).toEqual([429, 429, 201]);
  });

  test('lets a webhook be delivered after its receiver took too long', async () => {
    const received = vi.fn();
    const fetch = vi.fn((url: string, { signal }: RequestInit) => {
      received(url);
      if (received.mock.calls.length > 1) return Promise.resolve(new Response(null, { status: 204 }));
      return new Promise<Response>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    });
    const endpoints = [{ url: 'https://app.example.com/webhooks' }];
    const webhooks = { endpoints, fetch, timeout: 15_000, schedule: [5000], jitter: 0 };
    const sandbox = created(() => createSandbox({ webhooks }));
    sandbox.state.users.create();
    await pass(20_000);
    expect(sandbox.webhooks.deliveries[0]).toMatchObject({
      status: 'delivered',
      attempts: [{ error: 'No response within 15 s.' }, { status: 204 }],
    });
  });
});
