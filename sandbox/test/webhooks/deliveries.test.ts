import { createSandbox, type EndpointParams, type Sandbox, type WebhookOptions } from '@example/sandbox';
import { Webhook } from 'standardwebhooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { receiver, type Receiver } from '../support/receiver.ts';

let now = Date.now();
const open = new Set<{ close(): Promise<void> }>();
beforeEach(() => {
  now = Date.now();
});
afterEach(async () => {
  await Promise.all([...open].map((each) => each.close()));
  open.clear();
});

function sandboxWith(webhooks: WebhookOptions = {}): Sandbox {
  const sandbox = createSandbox({ now: () => now, webhooks });
  open.add(sandbox);
  return sandbox;
}

async function receiving(...parameters: Parameters<typeof receiver>): Promise<Receiver> {
  const made = await receiver(...parameters);
  open.add(made);
  return made;
}

async function createJohn(sandbox: Sandbox, email = john.email): Promise<void> {
  expect((await call(sandbox, 'POST /v1/users', { json: { ...john, email } })).status).toBe(201);
}

test('creating a user sends an event, signed as specified by Standard Webhooks', async () => {
  const { url, received } = await receiving();
  const sandbox = sandboxWith();
  const { secret } = sandbox.webhooks.register({ url });
  await createJohn(sandbox);
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

test('the event is sent even if nothing waits for it', async () => {
  const { url, received } = await receiving();
  const sandbox = createSandbox({ webhooks: { endpoints: [{ url }] } });
  open.add(sandbox);
  await createJohn(sandbox);
  await expect.poll(() => received.length).toBe(1);
});

test('a request that creates nothing and a replayed request send no event', async () => {
  const { url } = await receiving();
  const sandbox = sandboxWith({ endpoints: [{ url }] });
  const headers = { 'Idempotency-Key': 'one' };
  for (let time = 0; time < 2; time++) await call(sandbox, 'POST /v1/users', { json: john, headers });
  await call(sandbox, 'POST /v1/users', { json: john });
  await call(sandbox, 'POST /v1/users', { json: {} });
  expect(sandbox.webhooks.deliveries).toHaveLength(1);
});

test('each webhook gets the events that it is registered for, with one webhook-id', async () => {
  const [first, second, third] = [await receiving(), await receiving(), await receiving()];
  const sandbox = sandboxWith({
    endpoints: [
      { url: first.url, events: ['user.created'] },
      { url: second.url },
      { url: third.url, events: ['other'] },
    ],
  });
  sandbox.state.users.create();
  await sandbox.webhooks.flush();
  expect([first, second, third].map(({ received }) => received.length)).toEqual([1, 1, 0]);
  expect(first.received[0]?.headers['webhook-id']).toBe(second.received[0]?.headers['webhook-id']);
});

describe('a receiver that fails', () => {
  test('gets the event again on schedule, with the same id and a new signature', async () => {
    const { url, received } = await receiving([500, 503, 200]);
    const sandbox = sandboxWith({ schedule: [5000, 60_000], jitter: 0 });
    const { secret } = sandbox.webhooks.register({ url });
    await createJohn(sandbox);
    await sandbox.webhooks.flush();
    expect(received).toHaveLength(1);

    now += 4999;
    await sandbox.webhooks.flush();
    expect(received).toHaveLength(1);
    now += 1;
    await sandbox.webhooks.flush();
    expect(received).toHaveLength(2);
    sandbox.clock.advance(60_000);
    await sandbox.webhooks.flush();

    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers['webhook-signature'])).size).toBe(3);
    const [, , last] = received;
    expect(Number(last?.headers['webhook-timestamp'])).toBe(Math.floor(sandbox.clock.now() / 1000));
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(secret).toMatch(/^whsec_/);
    expect(sandbox.webhooks.deliveries).toMatchObject([
      { status: 'delivered', attempts: [{ status: 500 }, { status: 503 }, { status: 200 }] },
    ]);
  });

  test('fails the delivery at the end of the schedule; it can still be redelivered', async () => {
    const { url, received } = await receiving([500, 500, 200]);
    const sandbox = sandboxWith({ endpoints: [{ url }], schedule: [1000] });
    await createJohn(sandbox);
    await sandbox.webhooks.flush();
    sandbox.clock.advance(1100);
    await sandbox.webhooks.flush();
    expect(sandbox.webhooks.deliveries).toMatchObject([{ status: 'failed', due: undefined }]);
    sandbox.clock.advance(86_400_000);
    await sandbox.webhooks.flush();
    expect(received).toHaveLength(2);

    sandbox.webhooks.redeliver(sandbox.webhooks.deliveries[0]!.id);
    await sandbox.webhooks.flush();
    expect(received).toHaveLength(3);
    expect(received[2]?.headers['webhook-id']).toBe(received[0]?.headers['webhook-id']);
    expect(sandbox.webhooks.deliveries).toMatchObject([{ status: 'delivered' }]);
  });

  test('all failed deliveries of a webhook can be sent again at once', async () => {
    const { url, received } = await receiving([500, 500, 200]);
    const sandbox = sandboxWith({ endpoints: [{ url }, { url: 'http://127.0.0.1:9/' }], schedule: [] });
    const [first, second] = sandbox.webhooks.endpoints.map(({ id }) => id);
    sandbox.webhooks.publish('a', {});
    sandbox.webhooks.publish('b', {});
    await sandbox.webhooks.flush();

    expect(sandbox.webhooks.resendFailed(first!)).toMatchObject([{ event: 'a' }, { event: 'b' }]);
    await sandbox.webhooks.flush();
    expect(received).toHaveLength(4);
    const statuses = (id: string) =>
      sandbox.webhooks.deliveries.filter(({ endpoint }) => endpoint === id).map(({ status }) => status);
    expect(statuses(first!)).toEqual(['delivered', 'delivered']);
    expect(statuses(second!)).toEqual(['failed', 'failed']);
    expect(sandbox.webhooks.resendFailed(first!)).toEqual([]);
  });

  test('is not followed to a redirect', async () => {
    const other = await receiving();
    const { url } = await receiving([{ status: 302, headers: { location: other.url } }]);
    const sandbox = sandboxWith({ endpoints: [{ url }] });
    await createJohn(sandbox);
    await sandbox.webhooks.flush();
    expect(other.received).toEqual([]);
    expect(sandbox.webhooks.deliveries).toMatchObject([{ status: 'pending', attempts: [{ status: 302 }] }]);
  });

  test('can delay the next attempt with Retry-After', async () => {
    const { url } = await receiving([{ status: 429, headers: { 'retry-after': '120' } }]);
    const sandbox = sandboxWith({ endpoints: [{ url }], schedule: [5000], jitter: 0 });
    await createJohn(sandbox);
    await sandbox.webhooks.flush();
    expect(sandbox.webhooks.deliveries[0]?.due).toBe(now + 120_000);
  });

  test('and never responds hits the timeout', async () => {
    const sandbox = sandboxWith({
      endpoints: [{ url: 'http://127.0.0.1:9/' }],
      timeout: 10,
      fetch: (_, { signal }) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    });
    await createJohn(sandbox);
    await sandbox.webhooks.flush();
    expect(sandbox.webhooks.deliveries[0]?.attempts).toMatchObject([{ error: 'No response within 0.01 s.' }]);
  });

  test('has its response truncated', async () => {
    const { url } = await receiving([{ status: 400, headers: {}, body: 'x'.repeat(1_000_000) }]);
    const sandbox = sandboxWith({ endpoints: [{ url }] });
    await createJohn(sandbox);
    await sandbox.webhooks.flush();
    expect(sandbox.webhooks.deliveries[0]?.attempts[0]?.responseBody).toBe(`${'x'.repeat(2000)}…`);
  });
});

test('a receiver that hangs holds up no other', async () => {
  const got: string[] = [];
  const hanging = new AbortController();
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'http://hangs.test/' }, { url: 'http://works.test/' }],
      fetch: (url) => {
        got.push(new URL(url).hostname);
        if (url === 'http://works.test/') return Promise.resolve(new Response());
        return new Promise((_, reject) => hanging.signal.addEventListener('abort', () => reject(new Error('ended'))));
      },
    },
  });
  for (let index = 0; index < 40; index += 1) sandbox.webhooks.publish('user.created', {});
  await expect.poll(() => got.filter((host) => host === 'works.test').length).toBe(40);
  expect(got.filter((host) => host === 'hangs.test')).toHaveLength(16);
  expect(sandbox.webhooks.deliveries.filter(({ status }) => status === 'delivered')).toHaveLength(40);
  hanging.abort();
  await sandbox.close();
});

test('of a large response, only the start is kept in memory', async () => {
  setFlagsFromString('--expose-gc');
  // `gc` exists in contexts that are made after the flag was set.
  const gc = runInNewContext('gc') as () => void;
  const sandbox = createSandbox({
    webhooks: {
      endpoints: [{ url: 'http://chatty.test/' }],
      fetch: () => Promise.resolve(new Response('é'.repeat(30_000))),
    },
  });
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 400; index += 1) sandbox.webhooks.publish('user.created', {});
  await sandbox.webhooks.flush();
  gc();
  const grown = process.memoryUsage().heapUsed - before;
  const bodies = sandbox.webhooks.deliveries.map(({ attempts }) => attempts[0]?.responseBody);
  expect(new Set(bodies)).toEqual(new Set([`${'é'.repeat(1000)}…`]));
  // The responses have 24 MB.
  expect(grown / 400).toBeLessThan(10_000);
});

test('a receiver that was down gets every event once it is back', async () => {
  const first = await receiver();
  await first.close();
  const sandbox = sandboxWith({ endpoints: [{ url: first.url }], jitter: 0 });
  for (let index = 0; index < 40; index++) await createJohn(sandbox, `john${index}@example.com`);
  await sandbox.webhooks.flush();
  expect(new Set(sandbox.webhooks.deliveries.map(({ attempts }) => attempts[0]?.error))).toEqual(
    new Set(['ECONNREFUSED']),
  );

  sandbox.clock.advance(5000);
  await createJohn(sandbox, 'last@example.com');
  await sandbox.webhooks.flush();
  const { received } = await receiving([204], first.port);
  // The second wait is 30 s; but the first that gets through takes all others along.
  sandbox.webhooks.sendTest(sandbox.webhooks.endpoints[0]!.id);
  await sandbox.webhooks.flush();

  const emails = received.map(({ body }) => (JSON.parse(body) as { data: { email: string } }).data.email);
  expect(new Set(emails).size).toBe(42);
  expect(emails).toHaveLength(42);
  expect(sandbox.webhooks.deliveries.every(({ status }) => status === 'delivered')).toBe(true);
});

test('410 disables the webhook; once enabled, it gets its pending deliveries', async () => {
  const { url, received } = await receiving([410, 204]);
  const sandbox = sandboxWith({ endpoints: [{ url }] });
  const { id } = sandbox.webhooks.endpoints[0]!;
  await createJohn(sandbox);
  await sandbox.webhooks.flush();
  expect(sandbox.webhooks.endpoints[0]?.disabled).toBe('The receiver responded with 410 Gone.');
  await createJohn(sandbox, 'jane@example.com');
  sandbox.clock.advance(86_400_000);
  await sandbox.webhooks.flush();
  expect(received).toHaveLength(1);

  sandbox.webhooks.update(id, { enabled: true });
  await sandbox.webhooks.flush();
  expect(received).toHaveLength(3);
  sandbox.webhooks.update(id, { enabled: false });
  expect(sandbox.webhooks.endpoints[0]?.disabled).toBe('You disabled the webhook.');
});

test('for one day after a rotation, both the old and the new secret verify', async () => {
  const { url, received } = await receiving();
  const sandbox = sandboxWith();
  const before = sandbox.webhooks.register({ url });
  const after = sandbox.webhooks.rotateSecret(before.id);
  expect(after.secret).not.toBe(before.secret);

  const verifies = (secret: string) => {
    const { body, headers } = received.at(-1)!;
    try {
      new Webhook(secret).verify(body, headers as Record<string, string>);
      return true;
    } catch {
      return false;
    }
  };
  sandbox.webhooks.sendTest(before.id);
  await sandbox.webhooks.flush();
  expect([verifies(before.secret), verifies(after.secret)]).toEqual([true, true]);

  now += 86_400_000;
  // standardwebhooks goes by the real clock, so the signature is made by a clock set back.
  const sent = sandbox.webhooks.sendTest(before.id);
  await sandbox.webhooks.flush();
  expect(received.at(-1)?.headers['webhook-signature']).not.toContain(' ');
  expect(sent.message).toBe(received.at(-1)?.headers['webhook-id']);
});

test('events can be delivered to an app in the same process, without a network', async () => {
  const bodies: unknown[] = [];
  const sandbox = sandboxWith({
    endpoints: [{ url: 'https://app.example.com/webhooks' }],
    fetch: async (url, init) => {
      bodies.push(await new Request(url, init).json());
      return new Response();
    },
  });
  await createJohn(sandbox);
  await sandbox.webhooks.flush();
  expect(bodies).toMatchObject([{ event: 'user.created' }]);
});

test('a webhook that is removed during a delivery stays removed', async () => {
  const sandbox = sandboxWith({
    endpoints: [{ url: 'https://app.example.com/webhooks' }],
    fetch: () => {
      sandbox.webhooks.remove('we_123');
      return Promise.resolve(new Response());
    },
  });
  await createJohn(sandbox);
  await sandbox.webhooks.flush();
  expect(sandbox.webhooks.endpoints).toEqual([]);
  expect(sandbox.webhooks.deliveries).toEqual([]);
  expect(sandbox.webhooks.remove('we_123')).toBe(false);
});

test('the last 1000 completed deliveries and all pending ones are kept', async () => {
  const sandbox = sandboxWith({
    endpoints: [{ url: 'https://a.example.com', events: ['never'] }, { url: 'https://b.example.com' }],
    fetch: () => Promise.resolve(new Response()),
  });
  sandbox.webhooks.update('we_123', { enabled: false });
  sandbox.webhooks.sendTest('we_123');
  for (let index = 0; index < 1010; index++) sandbox.webhooks.publish('user.created', {});
  expect(sandbox.webhooks.deliveries).toHaveLength(1011);
  await sandbox.webhooks.flush();
  sandbox.webhooks.publish('user.created', {});
  expect(sandbox.webhooks.deliveries).toHaveLength(1002);
  expect(sandbox.webhooks.deliveries[0]).toMatchObject({ endpoint: 'we_123', status: 'pending' });
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

test("an event's name is checked", () => {
  const { webhooks } = createSandbox({ webhooks: { endpoints: [{ url: 'http://127.0.0.1:9/' }] } });
  const message = 'Invalid event. `event`: Must be 1 to 100 letters, digits, dots, hyphens or underscores.';
  expect(() => webhooks.publish('user created', {})).toThrow(message);
  expect(() => webhooks.sendTest('we_123', '')).toThrow(message);
});

test('an unknown id is named in the error', () => {
  const { webhooks } = createSandbox();
  expect(() => webhooks.rotateSecret('we_1')).toThrow('There is no webhook we_1.');
  expect(() => webhooks.update('we_1', {})).toThrow('There is no webhook we_1.');
  expect(() => webhooks.sendTest('we_1')).toThrow('There is no webhook we_1.');
  expect(() => webhooks.resendFailed('we_1')).toThrow('There is no webhook we_1.');
  expect(() => webhooks.redeliver('del_1')).toThrow('There is no delivery del_1.');
});
