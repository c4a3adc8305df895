import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from './support/calls.ts';

const json = { 'Content-Type': 'application/json' };

test('faults over HTTP, for tests in any language; no token is needed', async () => {
  const sandbox = createSandbox();
  const armed = await call(sandbox, 'POST /__sandbox/faults', { token: null, json: { status: 503, times: 2 } });
  expect(armed.status).toBe(201);
  expect(await armed.json()).toEqual({ id: 'fault_1', status: 503, times: 2, met: 0 });
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(503);

  const list = await call(sandbox, 'GET /__sandbox/faults', { token: null });
  expect(await list.json()).toEqual({ data: [{ id: 'fault_1', status: 503, times: 2, met: 1 }] });
  expect((await call(sandbox, 'DELETE /__sandbox/faults/fault_1')).status).toBe(204);
  expect((await call(sandbox, 'DELETE /__sandbox/faults/fault_1')).status).toBe(404);
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);

  await call(sandbox, 'POST /__sandbox/faults', { json: { reset: true } });
  expect((await call(sandbox, 'DELETE /__sandbox/faults')).status).toBe(204);
  expect(sandbox.faults.list).toEqual([]);
});

test('an invalid fault gets a 422 that says why', async () => {
  const response = await call(createSandbox(), 'POST /__sandbox/faults', { json: { status: 200, colour: 'red' } });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    error: {
      details: {
        status: 'Must be from 400 to 599.',
        colour: expect.stringContaining('Unknown field. Known fields: status, retryAfter,') as string,
      },
    },
  });
});

test('requests, clock and reset over HTTP', async () => {
  const sandbox = createSandbox({ now: () => 1000 });
  await call(sandbox, 'POST /v1/users', { json: john });
  const requests = await call(sandbox, 'GET /__sandbox/requests');
  expect(await requests.json()).toMatchObject({ data: [{ method: 'POST', path: '/v1/users', status: 201 }] });

  const clock = await call(sandbox, 'POST /__sandbox/clock', { json: { advance: 60_000 } });
  expect(await clock.json()).toEqual({ now: 61_000 });
  expect((await call(sandbox, 'POST /__sandbox/clock', { json: { advance: -1 } })).status).toBe(422);
  expect((await call(sandbox, 'POST /__sandbox/clock', { json: { advance: 'far' } })).status).toBe(422);

  expect((await call(sandbox, 'POST /__sandbox/reset')).status).toBe(204);
  expect(sandbox.requests).toEqual([]);
  expect(sandbox.state.users.list()).toEqual([]);
  expect((await call(sandbox, 'GET /__sandbox/nothing')).status).toBe(404);
});

test.each<Record<string, string>>([
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
])('a page of another site may not change anything: %j', async (headers) => {
  const sandbox = createSandbox();
  const response = await call(sandbox, 'POST /__sandbox/reset', { headers: { ...headers, ...json } });
  expect(response.status).toBe(403);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  const reading = await call(sandbox, 'GET /__sandbox/requests', { headers });
  expect(reading.headers.get('access-control-allow-origin')).toBeNull();
});
