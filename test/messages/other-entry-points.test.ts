import { describe, expect, it } from 'vitest';
import { instrument } from '@example/sdk/otel';
import { createRateLimitStore } from '@example/sdk/rate-limit';
import { redisRateLimitStore } from '@example/sdk/redis';
import { sqliteRateLimitStore } from '@example/sdk/sqlite';
import { signWebhook, verifyWebhook, Webhooks } from '@example/sdk/webhooks';
import { messageOf, type Untyped } from './message-of.ts';

/** A function without its types. */
const js = (call: unknown) => call as Untyped; // Each is a function.
const webhooks = (options: unknown) => () => new Webhooks(options as object);

const secret = `whsec_${btoa('x'.repeat(24))}`;
const redis =
  'The Redis client must be what `createClient()` of node-redis (4 or later) or `new Redis()` of ioredis (5 or later) returned';
const path = 'The path must be the name of a database file that the processes share, and no URI';
const unusable = "The webhook secret can't be used:";
const advice = 'Pass `secret`, or set EXAMPLE_WEBHOOK_SECRET.';

it.each<[string, () => unknown]>([
  ['client must be a Client; got Object.', () => instrument({ apiToken: 'token' })],
  ['client must be a Client; got undefined.', () => js(instrument)()],
  [`${redis}; got 'redis://localhost'.`, () => js(redisRateLimitStore)('redis://localhost')],
  [`${redis}; got Object.`, () => js(redisRateLimitStore)({ url: 'redis://me:secret@localhost' })],
  [`${redis}; got Promise.`, () => js(redisRateLimitStore)(Promise.resolve())], // of connect()
  [`${path}; got ':memory:'.`, () => sqliteRateLimitStore(':memory:')],
  [`${path}; got undefined.`, () => js(sqliteRateLimitStore)(process.env['TYPO'])],
  ['sync must be a function; got Object.', () => js(createRateLimitStore)({ sync: () => ({}) })],
])('%s', async (message, mistake) => {
  expect(await messageOf(mistake)).toBe(message);
});

describe('webhooks', () => {
  it.each<[string, () => unknown]>([
    [`${unusable} it has 2 bytes, and needs at least 24. ${advice}`, webhooks({ secret: 'abc' })],
    [
      `${unusable} it is not base64, with or without the prefix whsec_. ${advice}`,
      webhooks({ secret: 'EXAMPLE_WEBHOOK_SECRET' }),
    ],
    [`${unusable} secret must be a string that is not empty; got ''. ${advice}`, webhooks({ secret: '' })],
    [
      `${unusable} secret must be a string that is not empty; got Promise. ${advice}`,
      webhooks({ secret: Promise.resolve(secret) }),
    ],
    [
      'The arguments are in another order. Write verifyWebhook(await request.text(), request.headers, secret, options).',
      () => js(verifyWebhook)('{}', {}, { secret }),
    ],
    ['options must be a plain object; got string.', webhooks(secret)],
    ["tolerance must be a number of seconds, 0 or more; got '5m'.", webhooks({ tolerance: '5m' })],
    [
      'replayStore must be false, or a store with a method claim(), such as redisReplayStore(); got Object.',
      webhooks({ replayStore: { eval: () => 1 } }),
    ],
    ['handler must be a function; got undefined.', () => js(new Webhooks().on.bind(new Webhooks()))('user.created')],
    ['params must be a plain object; got string.', () => js(signWebhook)('{}', secret)],
    [
      'handler returns a handler: pass webhooks.handler() to the server, not webhooks.handler.',
      () => js(new Webhooks().handler)(new Request('https://example.com/webhooks')),
    ],
  ])('%s', async (message, mistake) => {
    expect(await messageOf(mistake)).toBe(message);
  });
});
