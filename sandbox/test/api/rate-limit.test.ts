import { createSandbox, type Sandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from '../support/calls.ts';

const start = Date.parse('2024-01-01T00:00:00.400Z');

function budget(response: Response): (string | null)[] {
  return ['limit', 'remaining', 'reset'].map((name) => response.headers.get(`x-ratelimit-${name}`));
}

function ask(sandbox: Sandbox): Promise<Response> {
  return call(sandbox, 'GET /v1/projects?per_page=1');
}

test('the 101st request in a minute gets a 429, and the first after it does not', async () => {
  let now = start;
  const sandbox = createSandbox({ now: () => now });
  // The reset is rounded up to a whole second.
  expect(budget(await ask(sandbox))).toEqual(['100', '99', '1704067261']);
  for (let index = 0; index < 99; index++) expect((await ask(sandbox)).status).toBe(200);

  now += 59_000;
  const refused = await ask(sandbox);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(budget(refused)).toEqual(['100', '0', '1704067261']);
  expect(await refused.json()).toEqual({
    error: { code: 'rate_limit_exceeded', message: 'Too many requests. Try again in 1 s.', details: {} },
  });

  now = start + 59_999;
  expect((await ask(sandbox)).status).toBe(429);
  now = start + 60_000;
  expect(budget(await ask(sandbox))).toEqual(['100', '99', '1704067321']);
  now = start - 1000; // A clock that goes backwards.
  expect(budget(await ask(sandbox))).toEqual(['100', '99', '1704067260']);
});

test('a failed request counts', async () => {
  const sandbox = createSandbox({ rateLimit: { limit: 3 } });
  expect(budget(await call(sandbox, 'GET /v1/users/nobody'))[1]).toBe('2');
  expect(budget(await call(sandbox, 'POST /v1/users', { body: 'no JSON' }))[1]).toBe('1');
  expect(budget(await call(sandbox, 'GET /v1/nothing'))[1]).toBe('0');
  expect((await ask(sandbox)).status).toBe(429);
});
