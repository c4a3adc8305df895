import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Client, ExampleError, type ClientOptions } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { rejection } from '../support/http-server.ts';
import { errorResponse, noAnswer } from '../support/in-process-api.ts';
import { documentedApi } from '../support/world/api.ts';
import { worldWith } from '../support/world/world.ts';
import { collect, projects, serveList, type ListServerOptions } from './support/list-server.ts';

/** Waits until nothing is left that can run without waiting. */
const settled = () => new Promise(setImmediate);

/** The ranges of a list, in the order in which they are read. */
const plan = ['0-100', '99-198', '196-294', '291-388', '384-480', '475-570', '564-658', '651-744'];

describe('ranges that are requested ahead', () => {
  it.each([0, 1, 8])('with prefetch: %i are never more than that', async (prefetch) => {
    const { client, ranges } = serveList({ items: projects(3_000) });
    const pages = client.projects.list({}, { prefetch }).pages();
    for (const number of [1, 2, 3, 4]) {
      await pages.next();
      await settled();
      expect(ranges()).toHaveLength(number + prefetch);
    }
    expect(ranges().slice(0, 6)).toEqual(plan.slice(0, Math.min(6, 4 + prefetch)));
  });

  it.each<ClientOptions>([{ rateLimit: { maxWait: 2_000 } }, { totalTimeout: 3_000 }])(
    'lose nothing if the reserve holds them for longer than they may wait: %j',
    async (options) => {
      const api = documentedApi({ projects: projects(3_000), takes: () => 800 });
      const { world, client, get } = worldWith(api, options);
      await world.run(async () => {
        world.burst(45, get);
        expect(await client.projects.list().toArray()).toHaveLength(3_000);
      });
    },
  );

  it("don't hold up other calls that wait for the rate limit", async () => {
    const sandbox = createSandbox({ projects: 1000, users: [{ id: 'user_1' }], rateLimit: { limit: 4, window: 1000 } });
    const { apiToken, fetch } = sandbox;
    const client = new Client({ apiToken, baseUrl: 'http://127.0.0.1:1/v1', fetch, logLevel: 'off' });
    const waiting = new Promise((resolve) => client.once('rateLimitWait', resolve));
    for await (const page of client.projects.list({}, { prefetch: 8 }).pages()) {
      expect(page.meta.total_count).toBe(1000);
      await waiting;
      expect(await client.users.get('user_1')).toHaveProperty('id', 'user_1');
      break;
    }
    // A window allows four requests. Prefetched pages leave one of them to normal calls.
    expect(sandbox.requests.map(({ path }) => path).indexOf('/v1/users/user_1')).toBe(3);
  });
});

/** A server that answers the first pages and leaves the others waiting. */
function serveSlowly(answered: number, second?: unknown) {
  const waiting = new Set<AbortSignal>();
  const before: ListServerOptions['before'] = (n, page, request) =>
    page > answered ? (waiting.add(request.init.signal), noAnswer(request)) : n === 2 && second;
  return {
    // The timeout is too long to end what should be cancelled.
    ...serveList({ items: projects(1000), before, client: { timeout: 600_000 } }),
    async underway(count: number) {
      while (waiting.size < count) await settled();
    },
    async cancelled() {
      while (![...waiting].every(({ aborted }) => aborted)) await settled();
    },
  };
}

describe('a pending request is cancelled', () => {
  it('when the loop is left early', async () => {
    const { client, pages, underway, cancelled } = serveSlowly(2);
    for await (const { id } of client.projects.list({}, { prefetch: 4 })) {
      if (id !== 'proj_125') continue;
      await underway(4);
      break;
    }
    await cancelled();
    expect(pages().sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('unless another loop waits for it', async () => {
    const { client, underway } = serveSlowly(2);
    const controller = new AbortController();
    const page = await client.projects.list({}, { prefetch: 4, signal: controller.signal });
    const failure = rejection(collect(page));
    await underway(1);
    const other = page[Symbol.asyncIterator]();
    await other.next();
    await other.return();
    await settled();
    controller.abort(new RangeError('Enough.'));
    expect(await failure).toBe(controller.signal.reason);
  });

  it.each([
    [4, {}],
    [1, { prefetch: 0 }],
  ])('when the signal aborts while toArray() waits, with %i requests pending for %j', async (expected, options) => {
    const { client, pages, underway, cancelled } = serveSlowly(1);
    const controller = new AbortController();
    const failure = rejection(client.projects.list({}, { ...options, signal: controller.signal }).toArray());
    await underway(expected);
    controller.abort(new RangeError('Enough.'));
    expect(await failure).toBe(controller.signal.reason);
    await cancelled();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(pages()).toHaveLength(1 + expected);
  });

  it('when the signal aborts inside the loop, which ends at the next item', async () => {
    const { client, underway, cancelled } = serveSlowly(1);
    const controller = new AbortController();
    const seen: string[] = [];
    const loop = async () => {
      for await (const { id } of client.projects.list({}, { prefetch: 2, signal: controller.signal })) {
        await underway(2);
        if (seen.push(id) === 2) controller.abort();
      }
    };
    expect(await rejection(loop())).toBe(controller.signal.reason);
    expect(seen).toEqual(['proj_1', 'proj_2']);
    await cancelled();
  });
});

it.each<[string, broken: number, status: number, Partial<ListServerOptions>, prefetch: number, count: number]>([
  ['in the middle', 3, 500, {}, 0, 198],
  ['in the middle, requested ahead', 3, 500, {}, 4, 198],
  ['in the middle, in a plain loop', 3, 422, { sizeOf: () => 100 }, 0, 200],
])('a page that fails %s: the items before it come first, then the error and its cursor', async (...row) => {
  const [, broken, status, server, prefetch, count] = row;
  const items = projects(400);
  let isBroken = true;
  const before = (_: number, page: number) => page === broken && isBroken && errorResponse(status);
  const { client } = serveList({ items, before, ...server });
  const seen: unknown[] = [];
  const loop = async () => {
    for await (const item of client.projects.list({}, { prefetch })) seen.push(item);
  };
  const error = await rejection(loop());
  expect(seen).toEqual(items.slice(0, count));
  expect(error).toMatchObject({ status, method: 'GET', path: '/projects', cursor: expect.any(String) as string });
  expect(JSON.parse(JSON.stringify(error))).toHaveProperty('cursor');
  isBroken = false;
  const { cursor } = error as ExampleError;
  expect(await collect(client.projects.list({}, { cursor }))).toEqual(items.slice(count));
});
