import { describe, expect, it } from 'vitest';
import { instrument } from '@example/sdk/otel';
import { createRateLimitStore } from '@example/sdk/rate-limit';
import { redisRateLimitStore } from '@example/sdk/redis';
import { sqliteRateLimitStore } from '@example/sdk/sqlite';
import { signWebhook, Webhooks } from '@example/sdk/webhooks';
import { messageOf, type Untyped } from './message-of.ts';

/** A function without its types. */
const js = (call: unknown) => call as Untyped; // Each is a function.
const webhooks = (options: unknown) => () => new Webhooks(options as object);

const redis =
  'The Redis client must be what `createClient()` of node-redis (4 or later) or `new Redis()` of ioredis (5 or later) returned';
const path = 'The path must be the name of a database file that the processes share, and no URI';

it.each<[string, () => unknown]>([
  ['client must be a Client; got Object.', () => instrument({ apiToken: 'token' })],
  ['client must be a Client; got undefined.', () => js(instrument)()],
  [`${redis}; got 'redis://localhost'.`, () => js(redisRateLimitStore)('redis://localhost')],
  [`${redis}; got Object.`, () => js(redisRateLimitStore)({ url: 'redis://me:secret@localhost' })],
  [`${redis}; got undefined.`, () => js(redisRateLimitStore)()],
  [`${redis}; got Object.`, () => js(redisRateLimitStore)({ eval: () => 1 })],
  [`${redis}; got Promise.`, () => js(redisRateLimitStore)(Promise.resolve())], // of connect()
  [`${path}; got ':memory:'.`, () => sqliteRateLimitStore(':memory:')],
  [`${path}; got undefined.`, () => js(sqliteRateLimitStore)(process.env['TYPO'])],
  ['sync must be a function; got Object.', () => js(createRateLimitStore)({ sync: () => ({}) })],
])('%s', async (message, mistake) => {
  expect(await messageOf(mistake)).toBe(message);
});

describe('webhooks', () => {
  it.each<[string, () => unknown]>([
    ['options must be a plain object; got string.', webhooks('whsec_')],
    ["tolerance must be a number of seconds, 0 or more; got '5m'.", webhooks({ tolerance: '5m' })],
    [
      'replayStore must be false, or a store with a method claim(), such as redisReplayStore(); got Object.',
      webhooks({ replayStore: { eval: () => 1 } }),
    ],
    ['handler must be a function; got undefined.', () => js(new Webhooks().on.bind(new Webhooks()))('user.created')],
    ['params must be a plain object; got string.', () => js(signWebhook)('{}', 'whsec_')],
  ])('%s', async (message, mistake) => {
    expect(await messageOf(mistake)).toBe(message);
  });
});
