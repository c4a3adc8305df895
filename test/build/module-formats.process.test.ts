import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import type * as SDK from '@example/sdk';
import type * as Webhooks from '@example/sdk/webhooks';

const require = createRequire(import.meta.url);
// Both builds have the types of the source. An `import` would have no types before the first build.
const esm = require('../../dist/index.js') as typeof SDK;
const cjs = require('../../dist/index.cjs') as typeof SDK;
const webhooks = require('../../dist/webhooks/index.js') as typeof Webhooks;

const target = { method: 'GET', path: '/users/1', route: '/users/{id}' };
const init = { status: 404, message: 'No such user.', headers: new Headers(), ...target };

it.each<[string, typeof SDK, typeof SDK]>([
  ['an ES module', cjs, esm],
  ['CommonJS', esm, cjs],
])('instanceof tells errors of the other build apart, where %s asks', (_, throwing, asking) => {
  const error = new throwing.NotFoundError(init);

  expect(throwing.NotFoundError).not.toBe(asking.NotFoundError);
  const { NotFoundError, APIError, ExampleError, RateLimitError, ConnectionError } = asking;
  const all = [NotFoundError, APIError, ExampleError, RateLimitError, ConnectionError];
  expect(all.map((each) => error instanceof each)).toEqual([true, true, true, false, false]);
  expect(new throwing.TimeoutError('late', init) instanceof ConnectionError).toBe(true);
  const rejected: unknown = new webhooks.WebhookVerificationError('invalid_secret', 'x');
  expect(rejected instanceof ExampleError).toBe(true);
});

it('both builds share the rate limit of a token', async () => {
  const reset = String(Math.ceil(Date.now() / 1000) + 60);
  const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '41', 'x-ratelimit-reset': reset };
  const options = {
    apiToken: 'token-of-both-builds',
    baseUrl: 'https://api.example.com/v1',
    fetch: () => Promise.resolve(Response.json({ id: '1', name: 'n', email: 'e', created_at: 'c' }, { headers })),
  };

  await new esm.Client(options).users.get('1');

  expect(new cjs.Client(options).rateLimit?.remaining).toBe(41);
});

it('an uncaught error shows its name, and no page of code before it', () => {
  const program = `new (require('./dist/index.cjs').Client)({ apiToken: '' })`;
  const { stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', env: {} });
  expect(stderr).toMatch(/^InvalidRequestError: apiToken .+ must be/m);
  expect(stderr).toMatch(/at new Client /);
  expect(stderr.length).toBeLessThan(4000);
});
