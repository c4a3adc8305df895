import { createSandbox, type EndpointParams, type Sandbox, type WebhookOptions } from '@example/sandbox';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { defaultSchedule, nextDelay } from '../../src/webhooks/retry-schedule.ts';
import { call, john } from '../support/calls.ts';
import { receiver } from '../support/receiver.ts';

let now = Date.now();
beforeEach(() => {
  now = Date.now();
});

function sandboxWith(webhooks: WebhookOptions = {}): Sandbox {
  const sandbox = createSandbox({ now: () => now, webhooks });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** A sandbox with the webhook `we_123`, whose app returns these responses in turn; the last one repeats. */
function answering(answers: readonly ResponseInit[], options: WebhookOptions = {}): Sandbox {
  let count = 0;
  return sandboxWith({
    endpoints: [{ url: 'https://app.example.com/webhooks' }],
    jitter: 0,
    fetch: () => Promise.resolve(new Response(null, answers[Math.min(count++, answers.length - 1)])),
    ...options,
  });
}

const attemptsOf = ({ webhooks }: Sandbox) => webhooks.deliveries.flatMap(({ attempts }) => attempts);

test('creating a user sends an event, signed as specified by Standard Webhooks', async () => {
  const { url, received } = await receiver();
  const sandbox = sandboxWith();
  const { secret } = sandbox.webhooks.register({ url });
  await call(sandbox, 'POST /v1/users', { json: john });
  await sandbox.webhooks.flush();

  expect(received).toHaveLength(1);
  const { headers, body } = received[0]!;
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-timestamp': String(Math.floor(now / 1000)),
  });
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
    event: 'user.created',
    data: { id: 'user_123', name: 'John Doe', email: 'john@example.com' },
    timestamp: `${new Date(now).toISOString().slice(0, 19)}Z`,
  });
  expect(sandbox.webhooks.deliveries).toMatchObject([{ status: 'delivered', attempts: [{ status: 204 }] }]);
});

test('requests that are replayed or create nothing send no event', async () => {
  const sandbox = answering([{ status: 204 }]);
  const headers = { 'Idempotency-Key': 'one' };
  for (let time = 0; time < 2; time++) await call(sandbox, 'POST /v1/users', { json: john, headers });
  await call(sandbox, 'POST /v1/users', { json: john });
  await call(sandbox, 'POST /v1/users', { json: {} });
  expect(sandbox.webhooks.deliveries).toHaveLength(1);
});

test('each webhook gets the events it is registered for, and all of them the same webhook-id', () => {
  const url = 'http://127.0.0.1:9/';
  const { state, webhooks } = sandboxWith({
    endpoints: [{ url, events: ['user.created'] }, { url }, { url, events: ['other'] }],
  });
  state.users.create();
  expect(webhooks.deliveries.map(({ endpoint }) => endpoint)).toEqual(['we_123', 'we_124']);
  expect(new Set(webhooks.deliveries.map(({ message }) => message)).size).toBe(1);
});

describe('a receiver that fails', () => {
  test('gets the event again on schedule, with the same id and a new signature', async () => {
    const answers = [{ status: 500 }, { status: 503 }, { status: 200 }];
    const sandbox = answering(answers, { schedule: [5000, 60_000] });
    sandbox.state.users.create();
    await sandbox.webhooks.flush();
    now += 4999;
    await sandbox.webhooks.flush();
    expect(attemptsOf(sandbox)).toHaveLength(1);
    now += 1;
    await sandbox.webhooks.flush();
    expect(attemptsOf(sandbox)).toHaveLength(2);
    sandbox.clock.advance(60_000);
    await sandbox.webhooks.flush();

    expect(sandbox.webhooks.deliveries).toMatchObject([{ status: 'delivered', attempts: answers }]);
    const sent = (name: string) => attemptsOf(sandbox).map(({ requestHeaders }) => requestHeaders[name]);
    expect(new Set(sent('webhook-id')).size).toBe(1);
    expect(new Set(sent('webhook-signature')).size).toBe(3);
    expect(Number(sent('webhook-timestamp').at(-1))).toBe(Math.floor(sandbox.clock.now() / 1000));
  });

  test("can't redirect the event", async () => {
    const other = await receiver();
    const { url } = await receiver([{ status: 302, headers: { location: other.url } }]);
    const sandbox = sandboxWith({ endpoints: [{ url }] });
    sandbox.state.users.create();
    await sandbox.webhooks.flush();
    expect(other.received).toEqual([]);
    expect(sandbox.webhooks.deliveries).toMatchObject([{ status: 'pending', attempts: [{ status: 302 }] }]);
  });

  test('can delay the next attempt with Retry-After', async () => {
    const sandbox = answering([{ status: 429, headers: { 'retry-after': '120' } }], { schedule: [5000] });
    sandbox.state.users.create();
    await sandbox.webhooks.flush();
    expect(sandbox.webhooks.deliveries[0]?.due).toBe(now + 120_000);
  });

  const hang = (signal: RequestInit['signal']) =>
    new Promise<Response>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

  test.each(['before', 'after'])('by hanging is timed out by fake timers, turned on %s the sandbox', async (when) => {
    onTestFinished(() => void vi.useRealTimers());
    if (when === 'before') vi.useFakeTimers();
    let count = 0;
    const sandbox = createSandbox({
      webhooks: {
        endpoints: [{ url: 'https://app.example.com/webhooks' }],
        fetch: (_, { signal }) => (count++ === 0 ? hang(signal) : Promise.resolve(new Response())),
        schedule: [5000],
        jitter: 0,
      },
    });
    if (when === 'after') vi.useFakeTimers();
    sandbox.state.users.create();
    // Signing takes real time.
    while (sandbox.webhooks.deliveries[0]?.status === 'pending') await vi.advanceTimersByTimeAsync(1000);
    expect(sandbox.webhooks.deliveries[0]).toMatchObject({
      status: 'delivered',
      attempts: [{ error: 'No response within 15 s.' }, { status: 200 }],
    });
  });

  test('by hanging delays no other', async () => {
    const got: string[] = [];
    const sandbox = sandboxWith({
      endpoints: [{ url: 'http://hangs.test/' }, { url: 'http://works.test/' }],
      fetch: (url, { signal }) => {
        got.push(new URL(url).hostname);
        return url === 'http://works.test/' ? Promise.resolve(new Response()) : hang(signal);
      },
    });
    for (let index = 0; index < 40; index += 1) sandbox.webhooks.publish('user.created', {});
    await expect.poll(() => got.filter((host) => host === 'works.test').length).toBe(40);
    expect(got.filter((host) => host === 'hangs.test')).toHaveLength(16);
    expect(sandbox.webhooks.deliveries.filter(({ status }) => status === 'delivered')).toHaveLength(40);
  });
});

test('the default schedule lasts for more than a day, with 10 % jitter', () => {
  const waits = defaultSchedule.schedule.map((_, index) => nextDelay(defaultSchedule, index + 1, 0.5)!);
  expect(waits.slice(0, 4)).toEqual([5000, 30_000, 120_000, 300_000]);
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(86_400_000);
  expect(nextDelay(defaultSchedule, 1, 0)).toBe(4500);
  expect(nextDelay(defaultSchedule, 1, 1)).toBe(5500);
  expect(nextDelay(defaultSchedule, 1, 0.5, 1000)).toBe(5000);
  expect(nextDelay(defaultSchedule, waits.length + 1, 0.5)).toBeUndefined();
});

test('410 disables the webhook; once enabled, it gets its pending deliveries', async () => {
  const sandbox = answering([{ status: 410 }, { status: 204 }]);
  sandbox.state.users.create();
  await sandbox.webhooks.flush();
  expect(sandbox.webhooks.endpoints[0]?.disabled).toBe('The receiver responded with 410 Gone.');
  sandbox.webhooks.update('we_123', { enabled: true });
  await sandbox.webhooks.flush();
  expect(attemptsOf(sandbox)).toMatchObject([{ status: 410 }, { status: 204 }]);

  sandbox.webhooks.update('we_123', { enabled: false });
  expect(sandbox.webhooks.endpoints[0]?.disabled).toBe('You disabled the webhook.');
  sandbox.state.users.create();
  await sandbox.webhooks.flush();
  expect(attemptsOf(sandbox)).toHaveLength(2);
});

test.each<[EndpointParams, string]>([
  [{ url: 'nowhere' }, '`url`: Must be a URL that starts with http:// or https://.'],
  [{ url: 'ftp://example.com' }, '`url`'],
  [{ url: 'javascript:alert(1)' }, '`url`'],
  [{ url: 'http://user:pass@example.com' }, '`url`'],
  [{ url: 'https://example.com', events: [] }, '`events`: Must name at least one event, or *.'],
  [{ url: 'https://example.com', events: ['a b'] }, '`events.0`: Must be event names, or *.'],
  [{ url: 'https://example.com', secret: 'hunter2' }, '`secret`: Must be whsec_ and 24 to 64 bytes in base64.'],
])('%j is not a valid webhook', (params, message) => {
  expect(() => createSandbox().webhooks.register(params)).toThrow(message);
  expect(() => createSandbox({ webhooks: { endpoints: [params] } })).toThrow(
    message.replace(/^`/, '`webhooks.endpoints.0.'),
  );
});

test('a webhook that is removed during a delivery stays removed, with its deliveries', async () => {
  const fetch = () => {
    sandbox.webhooks.remove('we_123');
    return Promise.resolve(new Response());
  };
  const sandbox = sandboxWith({
    endpoints: [{ url: 'https://a.example.com' }, { url: 'https://b.example.com' }],
    fetch,
  });
  sandbox.webhooks.update('we_124', { enabled: false });
  sandbox.state.users.create();
  await sandbox.webhooks.flush();
  expect(sandbox.webhooks.endpoints).toMatchObject([{ id: 'we_124' }]);
  expect(sandbox.webhooks.deliveries).toMatchObject([{ endpoint: 'we_124' }]);
});

test('the last 1000 completed and all pending deliveries are kept, with the start of the response', async () => {
  const fetch = () => Promise.resolve(new Response('x'.repeat(3000)));
  const sandbox = sandboxWith({ endpoints: [{ url: 'https://a.example.com' }], fetch });
  for (let index = 0; index < 1010; index++) sandbox.webhooks.publish('user.created', {});
  expect(sandbox.webhooks.deliveries).toHaveLength(1010);
  await sandbox.webhooks.flush();
  sandbox.webhooks.publish('user.created', {});
  expect(sandbox.webhooks.deliveries).toHaveLength(1001);
  expect(sandbox.webhooks.deliveries[0]?.attempts[0]?.responseBody).toBe(`${'x'.repeat(2000)}…`);
});
