import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from './calls.ts';

const apiToken = 'sandbox_token';

test('without a token: 401 that says how to send one', async () => {
  const response = await call(createSandbox(), 'GET /v1/projects', { token: null });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(await response.json()).toEqual({
    error: {
      code: 'unauthorized',
      message: 'No API token. Send one as `Authorization: Bearer <token>`.',
      details: {},
    },
  });
});

test.each(['Bearer wrong', 'Bearer', 'Basic c2FuZGJveF90b2tlbg==', 'sandbox_token', 'Bearer sandbox_token, x'])(
  'Authorization: %s gets a 401',
  async (Authorization) => {
    const response = await call(createSandbox({ apiToken }), 'GET /v1/projects', {
      token: null,
      headers: { Authorization },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await response.json()).toMatchObject({ error: { code: 'unauthorized' } });
  },
);

test('the scheme may be written in any case', async () => {
  const headers = { Authorization: 'bearer sandbox_token' };
  expect((await call(createSandbox({ apiToken }), 'GET /v1/projects', { token: null, headers })).status).toBe(200);
});

test('the token is one of its own, so that clients of two local APIs in a process do not share a budget', async () => {
  const sandbox = createSandbox();
  expect(sandbox.apiToken).toMatch(/^sandbox_\w{32}$/);
  expect((await call(createSandbox(), 'GET /v1/projects', { token: sandbox.apiToken })).status).toBe(401);
});

test('the token can be chosen', async () => {
  const sandbox = createSandbox({ apiToken: 'my-token' });
  expect(sandbox.apiToken).toBe('my-token');
  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);
  expect((await call(sandbox, 'GET /v1/projects', { token: 'sandbox_token' })).status).toBe(401);
});

test('authentication comes first: an unknown route under /v1 is a 401 for a stranger', async () => {
  expect((await call(createSandbox(), 'GET /v1/secrets', { token: null })).status).toBe(401);
});
