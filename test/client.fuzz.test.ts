import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, expect, it, vi } from 'vitest';
import { Client, ExampleError, type ClientOptions } from '@example/sdk';
import { clientOptionNames, endpointOptionNames } from '../src/http/options.ts';
import { anythingOr, fuzzing, withFields } from './support/fuzz.ts';
import { clientOf, newUser, user } from './support/http-server.ts';
import { inProcessApi } from './support/in-process-api.ts';
import { printed } from './support/printed.ts';
import { passTime, settled, useVirtualTime } from './support/virtual-time.ts';

// Untyped programs may pass anything anywhere. Whatever it is, a call ends, with a value or a documented error, and leaves
// nothing behind.

const unhandled = vi.fn();
beforeEach(() => {
  useVirtualTime();
  unhandled.mockReset();
  process.on('unhandledRejection', unhandled);
  return () => void process.off('unhandledRejection', unhandled);
});

const apiToken = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';
const hostile = anythingOr(apiToken, [apiToken], { [apiToken]: apiToken }, Symbol(apiToken), new Error(apiToken));
/** What is right, nearly right, or anything. */
const near = (...arbitraries: fc.Arbitrary<unknown>[]) => fc.oneof(hostile, ...arbitraries);
const optional = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  near(withFields(hostile, ...Object.keys(fields)), fc.record(fields, { requiredKeys: [] }));

const duration = near(fc.integer({ min: -1, max: 3_000 }), fc.double());
const headers = near(withFields(near(fc.string()), 'x-team', 'accept', 'AUTHORIZATION', 'content-type'));
const common = {
  ...{ timeout: duration, totalTimeout: duration, headers },
  maxRetries: near(fc.integer({ min: -1, max: 3 })),
};
const schemaOf = (result: unknown) => ({ '~standard': { version: 1, vendor: 'x', validate: () => result } });
const options = optional({
  ...Object.fromEntries([...endpointOptionNames, 'limit', 'prefetch', 'cursor'].map((name) => [name, hostile])),
  ...common,
  signal: near(fc.constant(null).map(() => new AbortController().signal)),
  query: near(withFields(near(fc.string(), fc.array(hostile)), 'page', 'status')),
  params: near(withFields(hostile, 'id')),
  schema: near(...[hostile, hostile.map((issue) => ({ issues: [issue] }))].map((of) => of.map(schemaOf))),
  body: near(fc.jsonValue()),
});
const path = near(fc.constantFrom('/users/{id}', '/teams', '/users'), fc.webPath());

const page = { data: [], meta: { current_page: 1, total_pages: 1, total_count: 0 } };
const apiOf = () => inProcessApi(({ url }) => Response.json(url.includes('/users') ? user : page));

/** Ends with a value or a documented error, which holds no token. */
async function ending(run: () => unknown): Promise<unknown> {
  try {
    const value = run();
    const isThenable = value instanceof Promise || Symbol.toStringTag in Object(value);
    return isThenable ? await settled(value as Promise<unknown>) : value;
  } catch (error) {
    if (!(error instanceof ExampleError)) throw error;
    expect(printed(error)).not.toContain(apiToken);
    return undefined;
  }
}

/** What holds after each call. */
async function nothingIsLeft(client: Client, given?: unknown): Promise<void> {
  await setImmediate();
  expect(unhandled).not.toHaveBeenCalled();
  const { signal } = Object(given) as { signal?: unknown };
  if (signal instanceof AbortSignal) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(client.rateLimit?.waiting ?? 0).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
}

it.each<[string, fc.Arbitrary<unknown>, (client: Client, first: never, options: never) => unknown]>([
  ['users.get', near(fc.string()), (client, id, given) => client.users.get(id, given)],
  ['users.create', near(fc.constant(newUser)), (client, params, given) => client.users.create(params, given)],
  ['projects.list', options, (client, params, given) => client.projects.list(params, given)],
  ['list and toArray', path, (client, route, given) => client.list(route, given).toArray(given)],
  ['request', path, (client, route, given) => client.request('PUT', route, given)],
  ['request with any method', hostile, (client, method, given) => client.request(method, '/teams', given)],
])('any arguments of %s lead to a value or a documented error, and leave nothing behind', async (_, first, call) => {
  await fc.assert(
    fc.asyncProperty(first, options, async (...given) => {
      const client = clientOf(apiOf(), { apiToken });
      await ending(() => call(client, given[0] as never, given[1] as never));
      await nothingIsLeft(client, given[1]);
    }),
    fuzzing(),
  );
});

const returning = hostile.map((value) => () => value);
const clientOptions = optional({
  ...Object.fromEntries(clientOptionNames.map((name) => [name, hostile])),
  ...common,
  apiToken: near(fc.constant(apiToken), returning),
  baseUrl: near(fc.webUrl()),
  fetch: near(returning),
  rateLimit: near(withFields(near(fc.nat(100)), 'store', 'maxWait', 'limit')),
  logger: near(returning.map((log) => ({ error: log, warn: log, info: log, debug: log }))),
});

it('any options of a client lead to one whose calls end, or to a documented error', async () => {
  for (const level of ['warn', 'error', 'info', 'debug'] as const) vi.spyOn(console, level).mockReturnValue();
  await fc.assert(
    fc.asyncProperty(clientOptions, async (given) => {
      const made = await ending(() => clientOf(apiOf(), { apiToken, ...(given as ClientOptions) }));
      const derived = await ending(() => clientOf(apiOf()).withOptions(given as ClientOptions));
      for (const client of [made, derived]) {
        if (!(client instanceof Client)) continue;
        await ending(() => client.users.get('user_123', { totalTimeout: 60_000 }));
        await passTime(1000); // what is granted goes back to a store
        await nothingIsLeft(client);
      }
    }),
    fuzzing(),
  );
});
