import { createSandbox, type Sandbox } from '@example/sandbox';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { controlRoutes } from '../../src/control/routes.ts';
import { resources } from '../../src/resources/index.ts';
import type { Services } from '../../src/state/services.ts';
import { bodyOf, call, john } from '../support/calls.ts';
import { sandboxWithWebhook } from '../support/webhook.ts';

/** A client of the control API. `control('POST /users', { name: 'Ada' })` resolves to `[201, { … }]`. */
function controlClient(sandbox: Sandbox) {
  return async (request: string, json?: unknown): Promise<[status: number, body: unknown]> => {
    const [method = '', target = ''] = request.split(' ');
    const body = json === undefined ? {} : { json };
    const response = await call(sandbox, `${method} /__sandbox${target}`, { token: null, ...body });
    return [response.status, await bodyOf(response)];
  };
}

type Step = readonly [request: string, json: unknown, status: number, body: unknown];

/** What a test in another language sends, in this order, and the responses. */
const stories: Record<string, readonly Step[]> = {
  users: [
    ['POST /users', { name: 'Ada', email: 'ada@example.com' }, 201, { id: 'user_123', name: 'Ada' }],
    ['POST /users', undefined, 201, { id: 'user_124' }],
    ['GET /users/user_123', undefined, 200, { email: 'ada@example.com' }],
    ['PATCH /users/user_123', { name: 'Grace' }, 200, { name: 'Grace', email: 'ada@example.com' }],
    ['PATCH /users/user_124', { email: 'ADA@example.com' }, 409, { error: { code: 'email_taken' } }],
    ['POST /users', { email: 'ada@example.com' }, 409, { error: { code: 'email_taken' } }],
    ['POST /users', { nmae: 1 }, 422, { error: { details: { nmae: 'Unknown field. Known fields: name, email.' } } }],
    ['DELETE /users/user_124', undefined, 204, ''],
    ['GET /users', undefined, 200, { data: [{ id: 'user_123' }] }],
  ],
  projects: [
    ['DELETE /projects/proj_123', undefined, 204, ''],
    ['POST /projects', { name: 'Moon', status: 'paused' }, 201, { id: 'proj_124', name: 'Moon' }],
    ['PATCH /projects/proj_124', { status: 'half done' }, 422, {}],
    ['GET /projects', undefined, 200, { data: [{ status: 'paused' }] }],
  ],
  tokens: [
    ['POST /tokens', { name: 'CI', token: 'ci-token' }, 201, { id: 'tok_124', hint: 'oken', token: 'ci-token' }],
    ['POST /tokens', { name: 'CI', token: 'ci-token' }, 409, { error: { code: 'token_taken' } }],
    ['POST /tokens', {}, 422, {}],
    ['GET /tokens', undefined, 200, { data: [{ rate_limit: { limit: 100, remaining: 100 } }, { name: 'CI' }] }],
    ['DELETE /tokens/tok_124', undefined, 204, ''],
  ],
  webhooks: [
    ['PATCH /webhooks/we_123', { enabled: false }, 200, { disabled: 'You disabled the webhook.' }],
    ['PATCH /webhooks/we_123', { events: ['a.b'] }, 200, { events: ['a.b'], disabled: 'You disabled the webhook.' }],
    ['PATCH /webhooks/we_123', { enabled: true }, 200, { events: ['a.b'] }],
    ['POST /webhooks', { url: 'http://127.0.0.1:9/', events: ['c.d'] }, 201, { id: 'we_124' }],
    ['POST /webhooks', { url: 'ftp://example.com' }, 422, {}],
    ['DELETE /webhooks/we_124', undefined, 204, ''],
    ['GET /webhooks', undefined, 200, { data: [{ id: 'we_123' }] }],
    ['POST /events', { event: 'a.b', data: { id: 7 } }, 201, { data: [{ id: 'del_123', status: 'pending' }] }],
    ['POST /events', { event: 'no spaces' }, 422, {}],
    ['POST /flush', undefined, 204, ''],
    ['GET /deliveries/del_123', undefined, 200, { status: 'failed', attempts: [{ status: 500 }] }],
    ['POST /deliveries/del_123/redeliver', undefined, 200, { status: 'pending' }],
    ['POST /flush', undefined, 204, ''],
    ['GET /deliveries', undefined, 200, { data: [{ attempts: [{ status: 500 }, { status: 204 }] }] }],
  ],
  faults: [
    ['POST /faults', { status: 503, times: 2 }, 201, { id: 'fault_1', met: 0 }],
    ['POST /faults', {}, 422, {}],
    ['GET /faults', undefined, 200, { data: [{ id: 'fault_1' }] }],
    ['DELETE /faults', undefined, 204, ''],
    ['GET /faults', undefined, 200, { data: [] }],
  ],
  'clock and state': [
    ['GET /info', undefined, 200, { name: '@example/sandbox', now: 1000, rate_limit: { limit: 100, window: 60_000 } }],
    ['POST /clock', { advance: 60_000 }, 200, { now: 61_000 }],
    ['GET /clock', undefined, 200, { now: 61_000 }],
    ['POST /clock', { advance: -1 }, 422, {}],
    ['POST /clock', { advance: 1e13 }, 422, {}],
    ['POST /users', undefined, 201, {}],
    ['POST /reset', undefined, 204, ''],
    ['GET /users', undefined, 200, { data: [] }],
    ['GET /clock', undefined, 200, { now: 1000 }],
    ['GET /nothing', undefined, 404, { error: { code: 'not_found' } }],
    ['PUT /users/user_123', {}, 404, { error: { code: 'not_found' } }],
  ],
};

test.each(Object.entries(stories))('%s', async (_, steps) => {
  const control = controlClient(sandboxWithWebhook([500, 204], { now: () => 1000, projects: 1 }).sandbox);
  for (const [request, json, status, body] of steps) {
    expect([request, ...(await control(request, json))]).toMatchObject([request, status, body]);
  }
});

test('the request log can be filtered', async () => {
  const sandbox = createSandbox();
  const control = controlClient(sandbox);
  await call(sandbox, 'POST /v1/users', { json: { ...john, email: 'nobody' } });
  await call(sandbox, 'GET /v1/projects', { token: 'wrong' });
  const invalid = { status: 422, body: { password: '[redacted]' }, response: { body: { error: {} } } };
  expect(await control('GET /requests')).toMatchObject([200, { data: [invalid, { status: 401 }] }]);
  expect(await control('GET /requests?status=4xx&token=none')).toMatchObject([200, { data: [{ status: 401 }] }]);
  expect(await control(`GET /requests/${sandbox.requests[0]!.id}`)).toMatchObject([200, invalid]);
  expect((await control('GET /requests?status=600'))[0]).toBe(422);
});

// Routes are only listed here, not called, so they need no services.
const routes = controlRoutes({} as Services)
  .routes.filter(({ method }) => method !== 'ALL')
  .map(({ method, path }) => `${method} ${path}`);

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

test.each(routes.filter((route) => route.includes(':id')))('%s gets a 404 for an unknown id', async (route) => {
  expect(await controlClient(createSandbox())(route.replace(':id', 'x'))).toMatchObject([
    404,
    { error: { message: expect.stringMatching(/^There is no [a-z ]+ x\.$/) } },
  ]);
});
