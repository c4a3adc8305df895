import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from '../support/calls.ts';

const withFault = (fault: object) => ({ headers: { 'Sandbox-Fault': JSON.stringify(fault) } });

test('the Sandbox-Fault header makes its own request fail, and no other', async () => {
  const sandbox = createSandbox();
  const response = await call(sandbox, 'GET /v1/projects', withFault({ status: 503, retryAfter: 7 }));
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);
  expect(sandbox.requests[0]?.fault).toEqual({ id: 'header', status: 503, retryAfter: 7, met: 1 });
  expect(sandbox.faults.list).toEqual([]);
});

test('each token has its own counts, and a reset restarts them', async () => {
  const sandbox = createSandbox();
  const { token } = await sandbox.state.tokens.create('other');
  const once = withFault({ id: 'one', status: 503, times: 1 });
  const statuses = async () => [
    (await call(sandbox, 'GET /v1/projects', once)).status,
    (await call(sandbox, 'GET /v1/projects', { ...once, token })).status,
    (await call(sandbox, 'GET /v1/projects', once)).status,
  ];
  expect(await statuses()).toEqual([503, 503, 200]);
  sandbox.faults.clear();
  expect(await statuses()).toEqual([503, 503, 200]);
});

test('a request with the header gets no other fault, and uses up none', async () => {
  const sandbox = createSandbox();
  sandbox.faults.next({ status: 500 });
  expect((await call(sandbox, 'GET /v1/projects', withFault({ status: 503 }))).status).toBe(503);
  const quiet = withFault({ id: 'one', status: 503, times: 1 });
  await call(sandbox, 'GET /v1/projects', quiet);
  expect((await call(sandbox, 'GET /v1/projects', quiet)).status).toBe(200);
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(500);
});

test.each([
  ['503', 'Sandbox-Fault', 'Must be an object.'],
  ['{', 'Sandbox-Fault', 'Must be JSON, such as {"status":503}.'],
  ['{}', 'Sandbox-Fault.status', 'Must have at least one of status, latency, reset and body.'],
  ['{"status":200}', 'Sandbox-Fault.status', 'Must be from 400 to 599.'],
  [
    '{"status":503,"times":2}',
    'Sandbox-Fault.id',
    'Must be set with times, to identify the requests that are counted.',
  ],
  ['{"status":503,"share":1}', 'Sandbox-Fault.share', expect.stringContaining('Unknown field. Known fields: status')],
])('%s is refused', async (header, field, reason) => {
  const response = await call(createSandbox(), 'GET /v1/projects', { headers: { 'Sandbox-Fault': header } });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: { details: { [field]: reason } } });
});
