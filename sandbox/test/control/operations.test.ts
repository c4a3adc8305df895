import { createSandbox } from '@example/sandbox';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { operations } from '../../src/control/routes.ts';
import { resources } from '../../src/resources/index.ts';
import { call, john } from '../support/calls.ts';
import { controlClient, controlStream } from '../support/control-client.ts';
import { receiver } from '../support/receiver.ts';

test.each(resources)('$name are created, read, changed and deleted, and the API sees it', async (resource) => {
  const { name, prefix, list } = resource;
  const sandbox = createSandbox({ [name]: 1 });
  const control = controlClient(sandbox);
  const fields = resource.sample(() => 0.5, 7);
  const [status, created] = await control(`POST /${name}`, fields);
  expect([status, created]).toMatchObject([201, { id: `${prefix}_124`, ...fields }]);
  expect(await control(`GET /${name}/${prefix}_124`)).toEqual([200, created]);
  expect(await control(`POST /${name}`)).toMatchObject([201, { id: `${prefix}_125` }]);
  const changes = resource.sample(() => 0.9, 8);
  expect(await control(`PATCH /${name}/${prefix}_124`, changes)).toMatchObject([200, changes]);
  expect(await control(`DELETE /${name}/${prefix}_123`)).toEqual([204, '']);
  expect(await control(`GET /${name}`)).toMatchObject([200, { data: [changes, { id: `${prefix}_125` }] }]);
  const read = await call(sandbox, `GET /v1/${name}${list === undefined ? `/${prefix}_124` : ''}`);
  expect(JSON.stringify(await read.json())).toContain(Object.values(changes)[0]);

  const details = { nonsense: expect.stringMatching(/^Unknown field. Known fields: name\b/) };
  expect(await control(`POST /${name}`, { nonsense: 1 })).toMatchObject([422, { error: { details } }]);
  const { unique } = resource;
  if (unique !== undefined) {
    const taken = { [unique]: changes[unique] };
    const conflict = [409, { error: { code: `${unique}_taken` } }];
    expect(await control(`POST /${name}`, taken)).toMatchObject(conflict);
    expect(await control(`PATCH /${name}/${prefix}_125`, taken)).toMatchObject(conflict);
  }
});

test('tokens are created and revoked, and show their rate limits', async () => {
  const sandbox = createSandbox({ now: () => 1000, apiToken: 'first' });
  const control = controlClient(sandbox);
  expect(await control('POST /tokens', { name: 'CI', token: 'ci-token' })).toMatchObject([
    201,
    { id: 'tok_124', name: 'CI', hint: 'oken', token: 'ci-token' },
  ]);
  await call(sandbox, 'GET /v1/projects', { token: 'ci-token' });
  expect(await control('GET /tokens')).toMatchObject([
    200,
    { data: [{ rate_limit: { remaining: 100 } }, { rate_limit: { limit: 100, remaining: 99, reset: 61_000 } }] },
  ]);
  expect(await control('GET /tokens/tok_124')).toMatchObject([200, { rate_limit: { remaining: 99 } }]);
  expect(await control('DELETE /tokens/tok_124')).toEqual([204, '']);
  expect((await call(sandbox, 'GET /v1/projects', { token: 'ci-token' })).status).toBe(401);

  expect(await control('POST /tokens', { name: 'CI', token: 'first' })).toMatchObject([409, {}]);
  expect(await control('POST /tokens', {})).toMatchObject([422, {}]);
});

describe('webhooks', () => {
  test('are registered, changed and deleted', async () => {
    const sandbox = createSandbox();
    const control = controlClient(sandbox);
    const [, webhook] = await control('POST /webhooks', { url: 'http://127.0.0.1:9/', events: ['user.created'] });
    expect(webhook).toEqual(sandbox.webhooks.endpoints[0]);
    expect(await control('GET /webhooks/we_123')).toEqual([200, webhook]);
    expect(await control('PATCH /webhooks/we_123', { enabled: false })).toMatchObject([
      200,
      { disabled: 'You disabled the webhook.' },
    ]);
    const [, rotated] = await control('POST /webhooks/we_123/rotate-secret');
    expect(rotated).toMatchObject({ previous: { secret: (webhook as { secret: string }).secret } });
    expect(await control('GET /webhooks')).toEqual([200, { data: [rotated] }]);
    expect(await control('DELETE /webhooks/we_123')).toEqual([204, '']);
    expect(sandbox.webhooks.endpoints).toEqual([]);

    expect(await control('POST /webhooks', { url: 'ftp://example.com' })).toMatchObject([422, {}]);
  });

  test('get events, whose deliveries can be read, repeated and flushed', async () => {
    const { url, received } = await receiver([500, 500, 204]);
    const sandbox = createSandbox({ webhooks: { schedule: [] } });
    const control = controlClient(sandbox);
    await control('POST /webhooks', { url });
    expect(await control('POST /events', { event: 'order.shipped', data: { id: 7 } })).toMatchObject([
      201,
      { data: [{ id: 'del_123', event: 'order.shipped', status: 'pending' }] },
    ]);
    expect(await control('POST /flush')).toEqual([204, '']);
    expect(JSON.parse(received[0]!.body)).toMatchObject({ event: 'order.shipped', data: { id: 7 } });
    expect(await control('GET /deliveries/del_123')).toMatchObject([
      200,
      { status: 'failed', attempts: [{ status: 500 }] },
    ]);

    expect(await control('POST /webhooks/we_123/resend-failed')).toMatchObject([200, { data: [{ id: 'del_123' }] }]);
    await control('POST /flush');
    expect(await control('POST /deliveries/del_123/redeliver')).toMatchObject([200, { status: 'pending' }]);
    await control('POST /flush');
    expect(await control('GET /deliveries?status=delivered&event=order.shipped&webhook=we_123')).toMatchObject([
      200,
      { data: [{ id: 'del_123', attempts: [{}, {}, { status: 204 }] }] },
    ]);
    expect(await control('GET /deliveries?status=failed')).toEqual([200, { data: [] }]);

    expect(await control('POST /webhooks/we_123/test')).toMatchObject([201, { event: 'user.created' }]);
    expect(await control('POST /webhooks/we_123/test', { event: 'a.b', data: [1] })).toMatchObject([
      201,
      { event: 'a.b' },
    ]);
    await control('POST /flush');
    expect(received).toHaveLength(5);

    expect(await control('POST /events', { event: 'no spaces' })).toMatchObject([422, {}]);
    expect(await control('GET /deliveries?status=lost')).toMatchObject([422, {}]);
  });
});

test('faults are added, listed and removed', async () => {
  const sandbox = createSandbox();
  const control = controlClient(sandbox);
  expect(await control('POST /faults', { status: 503, times: 2 })).toEqual([
    201,
    { id: 'fault_1', status: 503, times: 2, met: 0 },
  ]);
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(503);
  expect(await control('GET /faults')).toEqual([200, { data: [{ id: 'fault_1', status: 503, times: 2, met: 1 }] }]);
  expect(await control('GET /faults/fault_1')).toMatchObject([200, { met: 1 }]);
  expect(await control('DELETE /faults/fault_1')).toEqual([204, '']);
  expect(await control('DELETE /faults/fault_1')).toMatchObject([404, {}]);
  await control('POST /faults', { reset: true });
  expect(await control('DELETE /faults')).toEqual([204, '']);
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);
});

test('the request log is filtered, read in pages and cleared', async () => {
  const sandbox = createSandbox();
  const control = controlClient(sandbox);
  await call(sandbox, 'POST /v1/users', { json: john });
  await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'nobody' } });
  await call(sandbox, 'GET /v1/projects?page=2', { headers: { 'Sandbox-Fault': '{"body":"malformed"}' } });
  await sandbox.fetch('https://api.example.com/v1/projects', { headers: { Authorization: 'Bearer wrong' } });

  const statuses = async (query: string) => {
    const [, { data, older }] = (await control(`GET /requests${query}`)) as [number, { data: Listed[]; older: number }];
    return [...data.map(({ status }) => status), older];
  };
  expect(await statuses('')).toEqual([201, 422, 200, 401, 0]);
  expect(await statuses('?limit=2')).toEqual([200, 401, 2]);
  expect(await statuses(`?limit=2&before=${sandbox.requests[2]!.id}`)).toEqual([201, 422, 0]);
  expect(await statuses('?status=4xx&token=none')).toEqual([401, 0]);
  expect(await statuses('?status=injected')).toEqual([200, 0]);
  expect(await statuses('?method=post&path=users')).toEqual([201, 422, 0]);
  expect(await control(`GET /requests/${sandbox.requests[1]!.id}`)).toMatchObject([
    200,
    {
      body: { password: '[redacted]' },
      response: { body: { error: { details: { email: expect.stringMatching(/email/) } } } },
    },
  ]);

  expect(await control('GET /requests?limit=0')).toMatchObject([422, {}]);
  expect(await control('GET /requests?status=odd')).toMatchObject([422, {}]);
  expect(await control('DELETE /requests')).toEqual([204, '']);
  expect(await statuses('')).toEqual([0]);
});

interface Listed {
  readonly status: number;
}

test('the clock is read and advanced, and the state is reset', async () => {
  const sandbox = createSandbox({ now: () => 1000, rateLimit: { limit: 5, window: 2000 } });
  const control = controlClient(sandbox);
  expect(await control('GET /info')).toEqual([
    200,
    { name: '@example/sandbox', version: expect.any(String), now: 1000, rate_limit: { limit: 5, window: 2000 } },
  ]);
  expect(await control('POST /clock', { advance: 60_000 })).toEqual([200, { now: 61_000 }]);
  expect(await control('GET /clock')).toEqual([200, { now: 61_000 }]);
  expect(await control('POST /clock', { advance: -1 })).toMatchObject([422, {}]);
  expect(await control('POST /clock', { advance: 1e13 })).toMatchObject([422, {}]);
  expect(await control('POST /clock', {})).toMatchObject([422, {}]);
  await control('POST /users');
  expect(await control('POST /reset')).toEqual([204, '']);
  expect(sandbox.state.users.list()).toEqual([]);
  expect(sandbox.clock.now()).toBe(1000);
});

describe('streams', () => {
  test('send each request of the API, filtered', async () => {
    const sandbox = createSandbox();
    const requests = controlStream(sandbox, 'GET /streams/requests?status=4xx');
    const first = requests.next();
    await controlClient(sandbox)('GET /info');
    await call(sandbox, 'GET /v1/projects');
    await call(sandbox, 'GET /v1/users/nobody');
    expect(await first).toMatchObject({ value: { path: '/v1/users/nobody', status: 404 } });
    await requests.return(undefined);
  });

  test('send each attempt to deliver an event', async () => {
    const { url } = await receiver([500, 204]);
    const sandbox = createSandbox({ webhooks: { endpoints: [{ url }], jitter: 0 } });
    const attempts = controlStream(sandbox, 'GET /streams/attempts');
    const first = attempts.next();
    await controlClient(sandbox)('POST /events', { event: 'a.b', data: {} });
    expect(await first).toMatchObject({ value: { delivery: { status: 'pending' }, attempt: { status: 500 } } });
    sandbox.clock.advance(5000);
    expect(await attempts.next()).toMatchObject({
      value: { delivery: { status: 'delivered' }, attempt: { status: 204 } },
    });
    await attempts.return(undefined);
    await sandbox.close();
  });
});

const routes = operations.map(({ method, path }) => `${method} ${path}`);

test('the reference lists all operations', () => {
  const guide = readFileSync(new URL('../../docs/reference.md', import.meta.url), 'utf8');
  const [, section = ''] = guide.split('## Control API\n');
  const listed = [...section.split('\n## ', 1)[0]!.matchAll(/`([A-Z, ]+) (\/[^`]+)`/g)].flatMap(
    ([, methods = '', path = '']) => {
      const paths = path.includes('{resource}')
        ? resources.map(({ name }) => path.replace('{resource}', name))
        : [path];
      return paths.flatMap((each) => methods.split(', ').map((method) => `${method} ${each.replace('{id}', ':id')}`));
    },
  );
  expect(listed.sort()).toEqual(routes.toSorted());
});

test.each(routes.filter((route) => route.includes(':id')))(
  '%s gets a 404 for an id that there is not',
  async (route) => {
    const body = route.includes('/forwarding') ? { status: 204 } : undefined;
    expect(await controlClient(createSandbox())(route.replace(':id', 'x'), body)).toMatchObject([
      404,
      { error: { message: expect.stringMatching(/^There is no [a-z ]+ x\.$/) } },
    ]);
  },
);

test('an unknown path gets a 404, and an unsupported method a 405', async () => {
  const sandbox = createSandbox();
  expect((await call(sandbox, 'GET /__sandbox/nothing')).status).toBe(404);
  const response = await call(sandbox, 'PUT /__sandbox/users/user_123', { json: {} });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, PATCH, DELETE']);
});

test('a body that is not JSON is refused, and a missing one has no fields', async () => {
  const sandbox = createSandbox();
  expect((await call(sandbox, 'POST /__sandbox/users', { body: '{' })).status).toBe(400);
  expect(
    (await call(sandbox, 'POST /__sandbox/users', { body: 'x', headers: { 'Content-Type': 'text/plain' } })).status,
  ).toBe(415);
  expect((await call(sandbox, 'POST /__sandbox/users', { body: 'x'.repeat(1_000_001) })).status).toBe(413);
  expect((await call(sandbox, 'POST /__sandbox/users')).status).toBe(201);
});
