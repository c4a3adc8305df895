import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type * as SDK from '@example/sdk';
import type * as Webhooks from '@example/sdk/webhooks';

const require = createRequire(import.meta.url);
// Both builds have the types of the source. An `import` of them would have no types before the first build.
const esm = require('../../dist/index.js') as typeof SDK;
const cjs = require('../../dist/index.cjs') as typeof SDK;
const webhooks = require('../../dist/webhooks/index.js') as typeof Webhooks;

const target = { method: 'GET', path: '/users/1', route: '/users/{id}' };
const init = { status: 404, message: 'No such user.', headers: new Headers(), ...target };

describe('the ES-module and the CommonJS build, both loaded', () => {
  it('are two copies', () => {
    expect(cjs.NotFoundError).not.toBe(esm.NotFoundError);
  });

  it.each<[string, typeof SDK, typeof SDK]>([
    ['an ES module', cjs, esm],
    ['CommonJS', esm, cjs],
  ])('tell errors apart by instanceof, where %s asks', (_, throwing, asking) => {
    const error = new throwing.NotFoundError(init);

    expect(error instanceof asking.NotFoundError).toBe(true);
    expect(error instanceof asking.APIError).toBe(true);
    expect(error instanceof asking.ExampleError).toBe(true);
    expect(error instanceof asking.RateLimitError).toBe(false);
    expect(error instanceof asking.ConnectionError).toBe(false);
    expect(new throwing.TimeoutError('late', init) instanceof asking.ConnectionError).toBe(true);
    expect(new throwing.InvalidRequestError('wrong') instanceof asking.ExampleError).toBe(true);
  });

  it('show names and a short line where an error is not caught', () => {
    const program = `new (require('./dist/index.cjs').Client)({ apiToken: '' })`;
    const { stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', env: {} });
    expect(stderr).toMatch(/^InvalidRequestError: apiToken .+ must be/m);
    expect(stderr).toMatch(/at new Client /);
    expect(stderr.length).toBeLessThan(4000);
  });

  it('share the rate limit of a token', async () => {
    const headers = {
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '41',
      'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 60),
    };
    const options = {
      apiToken: 'token-of-both-builds',
      baseUrl: 'https://api.example.com/v1',
      fetch: () => Promise.resolve(Response.json({ id: '1', name: 'n', email: 'e', created_at: 'c' }, { headers })),
    };

    await new esm.Client(options).users.get('1');

    expect(new cjs.Client(options).rateLimit?.remaining).toBe(41);
  });

  it('and the webhooks have the base of all errors in common', () => {
    expect(new webhooks.WebhookVerificationError('invalid_secret', 'x') instanceof cjs.ExampleError).toBe(true);
  });
});
