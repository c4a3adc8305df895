import { expect, it } from 'vitest';
import { InvalidRequestError } from '@example/sdk';
import { rejection } from '../support/http-server.ts';
import { collect, project, projects, serveList } from './list-server.ts';

it('a list that is awaited is one page', async () => {
  const { client, queries } = await serveList({ items: projects(45) });
  const page = await client.projects.list();
  expect(page.data).toEqual(projects(20));
  expect(page.meta).toEqual({ current_page: 1, total_pages: 3, total_count: 45 });
  expect(queries()).toEqual(['']);
});

it('a list that is iterated is every item of every page', async () => {
  const { client, pages } = await serveList({ items: projects(45) });
  expect(await collect(client.projects.list())).toEqual(projects(45));
  expect(pages()).toEqual([1, 2, 3]);
});

it('page, per_page and filters go into each request', async () => {
  const { client, queries } = await serveList({ items: projects(12) });
  await collect(client.projects.list({ page: 2, per_page: 4, status: 'active' }));
  expect(queries()).toEqual(['page=2&per_page=4&status=active', 'page=3&per_page=4&status=active']);
});

it('the options of a list go with each of its requests', async () => {
  const traces: unknown[] = [];
  const { client } = await serveList({
    items: projects(3),
    intercept: (_page, _response, { headers }) => {
      traces.push(headers['x-trace']);
      return false;
    },
  });
  await collect(client.projects.list({ per_page: 1 }, { headers: { 'x-trace': 'abc' }, prefetch: 1 }));
  expect(traces).toEqual(['abc', 'abc', 'abc']);
});

it('a page knows whether there is a next one, and gets it', async () => {
  const { client, queries } = await serveList({ items: projects(5) });
  const first = await client.projects.list({ per_page: 3, status: 'active' });
  expect(first.hasNextPage()).toBe(true);
  const second = await first.getNextPage();
  expect(second.data).toEqual([project(4), project(5)]);
  expect(second.hasNextPage()).toBe(false);
  expect(queries()[1]).toBe('per_page=3&status=active&page=2');

  const error = await rejection(second.getNextPage());
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect(error).toHaveProperty('message', expect.stringContaining('hasNextPage()'));
});

it('pages() is every page, each with its own meta and its next page', async () => {
  const { client, pages } = await serveList({ items: projects(45) });
  const all = await collect(client.projects.list().pages());
  expect(all.map(({ data }) => data.length)).toEqual([20, 20, 5]);
  expect(all.map(({ meta }) => meta.current_page)).toEqual([1, 2, 3]);
  expect(all.map((page) => page.hasNextPage())).toEqual([true, true, false]);
  expect(pages()).toEqual([1, 2, 3]);
  expect((await all[1]!.getNextPage()).data).toEqual(all[2]!.data);
});

it('toArray() is every item, or the first of them', async () => {
  const { client } = await serveList({ items: projects(45) });
  expect(await client.projects.list().toArray()).toEqual(projects(45));
  expect(await client.projects.list().toArray({ limit: 25 })).toEqual(projects(25));
  expect(await client.projects.list().toArray({ limit: 1000 })).toEqual(projects(45));
  expect(await client.projects.list({ page: 3 }).toArray()).toEqual(projects(45).slice(40));
});

it('toArray({ limit }) requests no page that the limit does not need', async () => {
  const { client, pages } = await serveList({ items: projects(100) });
  await client.projects.list({ per_page: 10 }, { prefetch: 8 }).toArray({ limit: 31 });
  expect(pages().sort()).toEqual([1, 2, 3, 4]);

  const none = await serveList({ items: projects(100) });
  expect(await none.client.projects.list().toArray({ limit: 0 })).toEqual([]);
  expect(none.pages()).toEqual([]);
});

it('withResponse() is the page and the response it came in', async () => {
  const { client, pages } = await serveList({ items: projects(3) });
  const list = client.projects.list();
  const { data, response, rateLimit } = await list.withResponse();
  expect(data.data).toEqual(projects(3));
  expect(data.hasNextPage()).toBe(false);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(rateLimit).toBeUndefined();
  expect(await list).toBe(data);
  expect(pages()).toEqual([1]);
});

it('asResponse() is the response itself, its body unread', async () => {
  const { client } = await serveList({ items: projects(3) });
  const response = await client.projects.list().asResponse();
  expect(response.bodyUsed).toBe(false);
  expect(await response.json()).toHaveProperty('data', projects(3));
});

it('a list can be caught and finished like any promise', async () => {
  const { client } = await serveList({ items: [] });
  let finished = 0;
  const page = await client.projects.list().finally(() => (finished += 1));
  expect(page.data).toEqual([]);
  const message = await client.projects.list({ page: 0 }).catch((error: unknown) => String(error));
  expect(message).toContain('page');
  expect(finished).toBe(1);
  expect(Object.prototype.toString.call(client.projects.list())).toBe('[object ListPromise]');
});

it('nothing is requested before a list is awaited or iterated', async () => {
  const { client, pages } = await serveList({ items: projects(3) });
  client.projects.list().pages();
  client.projects.list()[Symbol.asyncIterator]();
  client.projects.list();
  await client.projects.list();
  expect(pages()).toEqual([1]);
});

it('a list that was awaited starts from the page it has', async () => {
  const { client, pages } = await serveList({ items: projects(45) });
  const list = client.projects.list();
  const page = await list;
  expect(await list).toBe(page);
  expect(await collect(list)).toEqual(projects(45));
  expect(await list).toBe(page);
  expect(pages()).toEqual([1, 2, 3]);
});

it('a list that is iterated once more is read afresh', async () => {
  const items = projects(3);
  const { client, pages } = await serveList({ items });
  const list = client.projects.list();
  await collect(list);
  items.push(project(4));
  expect(await collect(list)).toEqual(projects(4));
  expect(pages()).toEqual([1, 1]);
});

it('an empty list is one page without items', async () => {
  const { client, pages } = await serveList({ items: [] });
  const [page, ...more] = await collect(client.projects.list().pages());
  expect(page?.data).toEqual([]);
  expect(page?.hasNextPage()).toBe(false);
  expect(more).toEqual([]);
  expect(await client.projects.list().toArray()).toEqual([]);
  expect(pages()).toEqual([1, 1]);
});

it('a page past the end has no items and no next page', async () => {
  const { client, pages } = await serveList({ items: projects(3) });
  const page = await client.projects.list({ page: 7 });
  expect(page.data).toEqual([]);
  expect(page.hasNextPage()).toBe(false);
  expect(await collect(client.projects.list({ page: 7 }))).toEqual([]);
  expect(pages()).toEqual([7, 7]);
});

it.each([
  ['page', { page: 0 }],
  ['page', { page: 1.5 }],
  ['page', { page: '2' as never }],
  ['per_page', { per_page: -1 }],
  ['per_page', { per_page: NaN }],
])('%s that is no positive integer is refused before anything is sent', async (name, params) => {
  const { client, pages } = await serveList({ items: projects(3) });
  const list = () => client.projects.list(params);
  for (const call of [
    () => list(),
    () => list().withResponse(),
    () => list().asResponse(),
    () => list().toArray(),
    () => list().toArray({ limit: 0 }),
    () => collect(list()),
    () => collect(list().pages()),
  ]) {
    const error = await rejection(call());
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toHaveProperty(
      'message',
      expect.stringMatching(new RegExp(`^${name} must be a whole number of at least 1`)),
    );
  }
  expect(pages()).toEqual([]);
});

it('prefetch and limit that are no integers from 0 up are refused before anything is sent', async () => {
  const { client, pages } = await serveList({ items: projects(3) });
  for (const [name, call] of [
    ['prefetch', () => client.projects.list({}, { prefetch: -1 })],
    ['prefetch', () => collect(client.projects.list({}, { prefetch: 0.5 }))],
    ['limit', () => client.projects.list().toArray({ limit: -1 })],
    ['limit', () => client.projects.list().toArray({ limit: 2.5 })],
  ] as const) {
    const error = await rejection(call());
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toHaveProperty('message', expect.stringMatching(new RegExp(`^${name} must be`)));
  }
  expect(pages()).toEqual([]);
});
