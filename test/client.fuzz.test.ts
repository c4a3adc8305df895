import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Client, ExampleError, type ClientOptions, type Fetch } from '@example/sdk';
import { redisRateLimitStore, redisReplayStore } from '@example/sdk/redis';
import { sqliteRateLimitStore, sqliteReplayStore } from '@example/sdk/sqlite';
import { memoryReplayStore } from '@example/sdk/webhooks';
import { instrument } from '@example/sdk/otel';
import { clientOptionNames } from '../src/http/options.ts';
import { endpointOptionNames, requestOptionNames } from '../src/http/options.ts';
import { anythingOr, fuzzing, withFields } from './support/fuzz.ts';
import { clientOf, newUser, user } from './support/http-server.ts';
import { inProcessApi } from './support/in-process-api.ts';
import { printed } from './support/printed.ts';
import { passTime, settled, useVirtualTime } from './support/virtual-time.ts';

// Untyped programs may pass anything anywhere. Whatever it is, a call ends, with a value or a documented error, and leaves
// nothing behind.

const apiToken = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';
const hostile = anythingOr(apiToken, [apiToken], { [apiToken]: apiToken }, Symbol(apiToken), new Error(apiToken));
const near = (...arbitraries: fc.Arbitrary<unknown>[]) => fc.oneof(hostile, ...arbitraries);
const fresh = fc.constant(null).map(() => new AbortController().signal);
const headers = near(
  withFields(fc.oneof(fc.string(), hostile), 'x-team', 'accept', 'AUTHORIZATION', 'content-type', 'idempotency-key'),
  fc.array(fc.tuple(fc.string(), fc.string())),
  fc.array(fc.tuple(fc.string(), fc.string())).map((pairs) => new URLSearchParams(pairs)),
  fc.array(fc.tuple(hostile, hostile)).map((pairs) => new Map(pairs)),
);
const duration = near(fc.integer({ min: -1, max: 3_000 }), fc.double());

/** Options of which each is right, nearly right, or anything. */
const requestOptions = near(
  withFields(hostile, ...requestOptionNames),
  fc.record(
    {
      signal: near(fresh),
      timeout: duration,
      totalTimeout: duration,
      maxRetries: near(fc.integer({ min: -1, max: 3 })),
      headers,
      idempotencyKey: near(fc.string()),
      priority: near(fc.constantFrom('normal', 'background')),
    },
    { requiredKeys: [] },
  ),
);
const query = near(withFields(near(fc.string(), fc.array(hostile)), 'page', 'per_page', 'status'));
const schema = near(
  fc.constant({ '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } }),
  hostile.map((result) => ({ '~standard': { version: 1, vendor: 'x', validate: () => result } })),
  hostile.map((issue) => ({ '~standard': { version: 1, vendor: 'x', validate: () => ({ issues: [issue] }) } })),
);
const endpointOptions = near(
  withFields(hostile, ...endpointOptionNames),
  fc.record(
    { params: near(withFields(hostile, 'id')), query, body: near(fc.jsonValue()), schema },
    { requiredKeys: [] },
  ),
);

const page = { data: [], meta: { current_page: 1, total_pages: 1, total_count: 0 } };
const apiOf = () => inProcessApi(({ url }) => Response.json(url.includes('/users') ? user : page));

const unhandled = vi.fn();
beforeEach(() => {
  useVirtualTime();
  unhandled.mockReset();
  process.on('unhandledRejection', unhandled);
  return () => void process.off('unhandledRejection', unhandled);
});

/** Ends with a value or a documented error, which holds no token. */
async function ending(run: () => unknown): Promise<unknown> {
  try {
    const value = run();
    const isCall = value instanceof Promise || Symbol.toStringTag in Object(value);
    return isCall ? await settled(value as Promise<unknown>) : value;
  } catch (error) {
    if (!(error instanceof ExampleError)) throw error;
    expect(printed(error)).not.toContain(apiToken);
    return undefined;
  }
}

/** What holds after each call. */
async function nothingIsLeft(client: Client | undefined, given: unknown): Promise<void> {
  await setImmediate();
  expect(unhandled).not.toHaveBeenCalled();
  const { signal } = Object(given) as { signal?: unknown };
  if (signal instanceof AbortSignal) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(client?.rateLimit?.waiting ?? 0).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
}

describe('any arguments of', () => {
  it.each<[string, readonly fc.Arbitrary<unknown>[], (client: Client, args: never[]) => unknown]>([
    ['users.get', [near(fc.string()), requestOptions], (client, [id, options]) => client.users.get(id!, options)],
    [
      'users.create',
      [near(fc.constant(newUser), withFields(hostile, 'name', 'password')), requestOptions],
      (client, [params, options]) => client.users.create(params!, options),
    ],
    ['projects.list', [query, requestOptions], (client, [params, options]) => client.projects.list(params, options)],
    [
      'projects.list, iterated',
      [query, near(withFields(near(fc.nat(5), fc.string()), 'prefetch', 'cursor', 'signal'))],
      async (client, [params, options]) => {
        const items = [];
        for await (const item of client.projects.list(params, options)) items.push(item);
        return items;
      },
    ],
    [
      'toArray',
      [near(withFields(near(fc.nat(5)), 'limit'))],
      (client, [options]) => client.projects.list().toArray(options),
    ],
    [
      'request',
      [
        near(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
        near(fc.constantFrom('/users/{id}', '/teams', '/users'), fc.webPath()),
        endpointOptions,
      ],
      (client, [method, path, options]) => client.request(method!, path!, options),
    ],
    [
      'list',
      [near(fc.constantFrom('/teams', '/teams/{id}/members')), endpointOptions],
      (client, [path, options]) => client.list(path!, options),
    ],
  ])('%s lead to a value or a documented error, and leave nothing behind', async (_, args, call) => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(...args), async (given) => {
        const client = clientOf(apiOf(), { apiToken });
        await ending(() => call(client, given as never));
        await nothingIsLeft(client, given.at(-1));
      }),
      fuzzing(),
    );
  });

  const clientOptions = near(
    withFields(hostile, ...clientOptionNames),
    fc.record(
      {
        apiToken: near(
          fc.constantFrom<unknown>(apiToken, () => apiToken),
          hostile.map((token) => () => token),
        ),
        baseUrl: near(fc.webUrl(), fc.constant('https://api.example.com/v1')),
        timeout: duration,
        totalTimeout: duration,
        maxRetries: near(fc.integer({ min: -1, max: 3 })),
        fetch: near(hostile.map((answer) => () => answer)),
        headers,
        rateLimit: near(
          fc.constant(false),
          withFields(near(fc.nat(100)), 'store', 'maxWait', 'limit', 'window'),
          hostile.map((reply) => ({ store: { sync: () => reply } })),
        ),
        priority: near(fc.constantFrom('normal', 'background')),
        maxResponseSize: near(fc.nat(100)),
        logger: near(
          hostile.map((result) => ({
            error: () => result,
            warn: () => result,
            info: () => result,
            debug: () => result,
          })),
        ),
        logLevel: near(fc.constantFrom('off', 'debug')),
      },
      { requiredKeys: ['apiToken', 'logLevel'] },
    ),
  );

  it('new Client() and withOptions() lead to a client whose calls end, or to a documented error', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    vi.spyOn(console, 'error').mockReturnValue();
    await fc.assert(
      fc.asyncProperty(clientOptions, clientOptions, async (first, second) => {
        const api = apiOf();
        const base = clientOf(api);
        const made = await ending(() => new Client(first as ClientOptions));
        const derived = await ending(() => base.withOptions(second as ClientOptions));
        for (const value of [made, derived]) {
          if (!(value instanceof Client)) continue;
          const { fetch } = Object(second) as { fetch?: unknown };
          const client = value.withOptions({ fetch: typeof fetch === 'function' ? (fetch as Fetch) : api.fetch });
          await ending(() => client.users.get('user_123'));
          await passTime(1000); // what is granted goes back to a store
          await nothingIsLeft(client, undefined);
        }
      }),
      fuzzing(),
    );
  });

  // Any name would be that of a file.
  const fileName = (path: unknown) => (typeof path === 'string' ? '' : path) as never;

  it.each<[string, (first: never, second: never) => unknown]>([
    ['redisRateLimitStore', redisRateLimitStore],
    ['sqliteRateLimitStore', (path) => sqliteRateLimitStore(fileName(path))],
    ['memoryReplayStore', (options) => memoryReplayStore(options)],
    ['redisReplayStore', redisReplayStore],
    ['sqliteReplayStore', (path, options) => sqliteReplayStore(fileName(path), options)],
    ['instrument', instrument],
  ])('%s() lead to a value or a documented error', async (_, create) => {
    const options = near(withFields(hostile, 'prefix', 'timeout', 'maxIds', 'retention', 'lease'));
    const first = near(fc.constant({ evalsha: () => 0, eval: () => 0 }), options);
    await fc.assert(
      fc.asyncProperty(first, options, async (...given) => {
        await ending(() => create(given[0] as never, given[1] as never));
      }),
      fuzzing(),
    );
  });
});
