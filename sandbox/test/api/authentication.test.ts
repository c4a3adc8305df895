import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from '../support/calls.ts';

const apiToken = 'sandbox_token';

test('a request without a token gets a 401 that says how to send one', async () => {
  const response = await call(createSandbox(), 'GET /v1/projects', { token: null });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(await response.json()).toEqual({
    error: {
      code: 'unauthorized',
      message: 'The API token is missing. Send it as Authorization: Bearer <token>.',
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

test('each sandbox has its own token, so that clients of two sandboxes in one process do not share a budget', async () => {
  const sandbox = createSandbox();
  expect(sandbox.apiToken).toMatch(/^sandbox_\w{32}$/);
  expect((await call(createSandbox(), 'GET /v1/projects', { token: sandbox.apiToken })).status).toBe(401);
});

test('the token can be chosen, and the scheme is case-insensitive', async () => {
  const sandbox = createSandbox({ apiToken });
  expect(sandbox.apiToken).toBe(apiToken);
  const headers = { Authorization: 'bearer sandbox_token' };
  expect((await call(sandbox, 'GET /v1/projects', { token: null, headers })).status).toBe(200);
});

test('authentication comes first: an unauthenticated request to an unknown route under /v1 gets a 401', async () => {
  expect((await call(createSandbox(), 'GET /v1/secrets', { token: null })).status).toBe(401);
});
