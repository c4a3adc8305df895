import { createSandbox, type Fault, type Sandbox, type SandboxServer } from '@example/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { call, john, over } from '../support/calls.ts';

const local = createSandbox({ rateLimit: { limit: 10_000 } });
let server: SandboxServer;
beforeAll(async () => {
  server = await local.listen();
});
afterEach(() => local.faults.clear());
afterAll(() => local.close());

describe.each(['sandbox.fetch', 'HTTP'])('over %s', (transport) => {
  const sandbox = (): Sandbox => (transport === 'HTTP' ? over(server, local) : local);
  const list = () => call(sandbox(), 'GET /v1/projects');

  test('the next two requests get a 503 with Retry-After, the third succeeds', async () => {
    local.faults.next({ status: 503, times: 2, retryAfter: 1 });
    for (let time = 0; time < 2; time++) {
      const response = await list();
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect(response.headers.get('x-request-id')).not.toBeNull();
      expect(await response.json()).toEqual({
        error: { code: 'service_unavailable', message: 'This failure was requested by a fault.', details: {} },
      });
    }
    expect((await list()).status).toBe(200);
    expect(local.faults.list).toEqual([]);
  });

  test('a reset connection fails like a real one', async () => {
    local.faults.next({ reset: true });
    const error = await list().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: 'fetch failed',
      cause: { code: expect.stringMatching(/^ECONNRESET|UND_ERR_SOCKET$/) as unknown },
    });
    expect(local.requests.at(-1)).toMatchObject({ path: '/v1/projects', status: undefined });
  });

  test('a cut body has complete headers, then breaks off', async () => {
    local.faults.next({ body: 'cut' });
    const response = await list();
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  test.each([
    ['malformed', 'application/json', /^\{"data":\[.*[^}]$/],
    ['html', 'text/html; charset=utf-8', /^<!doctype html>/],
    ['empty', null, /^$/],
  ] as const)('a body that is %s is a complete HTTP response', async (body, type, text) => {
    local.faults.next({ body });
    const response = await list();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(await response.text()).toMatch(text);
  });

  test('with `after`, the work is done and only the response is lost', async () => {
    for (const [index, effect] of [{ status: 500 }, { reset: true }].entries()) {
      const json = { ...john, email: `${transport.replace('.', '')}${index}@example.com` };
      local.faults.next({ ...effect, after: true });
      await call(sandbox(), 'POST /v1/users', { json }).catch(() => undefined);
      expect((await call(sandbox(), 'POST /v1/users', { json })).status).toBe(409);
    }
  });
});

test('a 429 from a fault has its retryAfter, by default one second, and shows the real window', async () => {
  const now = Date.parse('2024-01-01T00:00:00Z');
  const sandbox = createSandbox({ now: () => now });
  sandbox.faults.next({ status: 429, retryAfter: 3 });
  sandbox.faults.next({ status: 429 });
  for (const expected of [
    [429, '3', '99', '1704067260'],
    [429, '1', '98', '1704067260'],
    [200, null, '97', '1704067260'],
  ]) {
    const { status, headers } = await call(sandbox, 'GET /v1/projects');
    const got = ['retry-after', 'x-ratelimit-remaining', 'x-ratelimit-reset'].map((name) => headers.get(name));
    expect([status, ...got]).toEqual(expected);
  }
});

test.each([
  // GET /projects, GET /users/nobody, POST /users, HEAD /projects
  ['GET /projects', [503, 404, 409, 200]],
  ['/projects', [503, 404, 409, 503]],
  ['GET /users/{id}', [200, 503, 409, 200]],
  ['POST /users', [200, 404, 503, 200]],
])('a fault for %s meets no other route', async (route, statuses) => {
  const sandbox = createSandbox({ users: [{ email: john.email }] });
  sandbox.faults.next({ status: 503, route, times: 4 });
  const responses = [
    await call(sandbox, 'GET /v1/projects'),
    await call(sandbox, 'GET /v1/users/nobody'),
    await call(sandbox, 'POST /v1/users', { json: john }),
    await call(sandbox, 'HEAD /v1/projects'),
  ];
  expect(responses.map((response) => response.status)).toEqual(statuses);
});

test('a share applies to about that fraction of the requests, the same ones for the same seed', async () => {
  const met = async (seed: number) => {
    const sandbox = createSandbox({ seed, rateLimit: { limit: 1000 } });
    sandbox.faults.next({ status: 500, share: 0.3 });
    const statuses: number[] = [];
    for (let index = 0; index < 200; index++) statuses.push((await call(sandbox, 'GET /v1/projects')).status);
    expect(sandbox.faults.list[0]?.met).toBe(statuses.filter((status) => status === 500).length);
    return statuses;
  };
  const first = await met(1);
  expect(await met(1)).toEqual(first);
  expect(await met(2)).not.toEqual(first);
  expect(first.filter((status) => status === 500).length / 200).toBeCloseTo(0.3, 1);
});

test("unauthenticated requests and preflights don't use up a fault, and a removed fault has no effect", async () => {
  const sandbox = createSandbox();
  const { id } = sandbox.faults.next({ status: 500 });
  expect([sandbox.faults.remove(id), sandbox.faults.remove(id)]).toEqual([true, false]);
  sandbox.faults.next({ status: 503 });
  await call(sandbox, 'GET /v1/projects', { token: 'wrong' });
  await call(sandbox, 'OPTIONS /v1/projects', { headers: { 'Access-Control-Request-Method': 'GET' } });
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(503);
});

test.each<[Fault, string]>([
  [{}, '`status`: Must have at least one of status, latency, reset and body.'],
  [{ times: 2 }, '`status`: Must have at least one of status'],
  [{ status: 200 }, '`status`: Must be a whole number from 400 to 599.'],
  [{ status: 503.5 }, '`status`: Must be a whole number from 400 to 599.'],
  [{ latency: -1 }, '`latency`'],
  [{ status: 500, share: 1.5 }, '`share`'],
  [{ status: 500, times: 0 }, '`times`'],
  [{ status: 500, route: 'DELETE /users' }, '`route`: Must be a route of the API: GET /users/{id}, /users/{id}, '],
  [{ body: 'burnt' as 'cut' }, '`body`: Must be cut, malformed, html or empty.'],
])('%j is not a valid fault', (fault, message) => {
  expect(() => createSandbox().faults.next(fault)).toThrow(message);
});

describe('the Sandbox-Fault header', () => {
  const withFault = (fault: object) => ({ headers: { 'Sandbox-Fault': JSON.stringify(fault) } });
  const list = async (sandbox: Sandbox, options?: Parameters<typeof call>[2]) =>
    (await call(sandbox, 'GET /v1/projects', options)).status;

  test('makes only its own request fail, and uses up no other fault', async () => {
    const sandbox = createSandbox();
    sandbox.faults.next({ status: 500 });
    expect(await list(sandbox, withFault({ status: 503, retryAfter: 7 }))).toBe(503);
    expect(sandbox.requests[0]?.fault).toEqual({ id: 'header', status: 503, retryAfter: 7, met: 1 });
    const once = withFault({ id: 'one', status: 503, times: 1 });
    expect([await list(sandbox, once), await list(sandbox, once), await list(sandbox)]).toEqual([503, 200, 500]);
  });

  test.each([
    ['503', 'Sandbox-Fault', 'Must be an object.'],
    ['{', 'Sandbox-Fault', 'Must be JSON, such as {"status":503}.'],
    ['{}', 'Sandbox-Fault.status', 'Must have at least one of status, latency, reset and body.'],
    [
      '{"status":503,"times":2}',
      'Sandbox-Fault.id',
      'Must be set with times, to identify the requests that are counted.',
    ],
    ['{"status":503,"share":1}', 'Sandbox-Fault.share', expect.stringContaining('Unknown field. Known fields: status')],
  ])('%s is refused', async (header, field, reason) => {
    const response = await call(createSandbox(), 'GET /v1/projects', { headers: { 'Sandbox-Fault': header } });
    expect([response.status, await response.json()]).toMatchObject([422, { error: { details: { [field]: reason } } }]);
  });
});
