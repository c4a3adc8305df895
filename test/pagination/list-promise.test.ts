import { describe, expect, it } from 'vitest';
import { InternalServerError, InvalidRequestError, type ListOptions, type ProjectListParams } from '@example/sdk';
import { rejection } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { collect, project, projects, remove, serveList } from './support/list-server.ts';

it('a list that is awaited is one page', async () => {
  const { client, queries } = serveList({ items: projects(45), client: { responseValidation: 'throw' } });
  const page = await client.projects.list();
  expect(page.data).toEqual(projects(20));
  expect(page.meta).toEqual({ current_page: 1, total_pages: 3, total_count: 45 });
  expect(queries()).toEqual(['']);
});

it.each([
  [0, ['0-100']],
  [99, ['0-100']],
  // A page that is full does not show that the list ends, whatever its meta says.
  [100, ['0-100', '99-198']],
  [290, ['0-100', '99-198', '196-294']],
  [500, ['0-100', '99-198', '196-294', '291-388', '384-480', '475-570']],
])(
  'a list that is iterated is every item, in windows of up to 100 that overlap: %i items',
  async (length, expected) => {
    const { client, windows, queries } = serveList({ items: projects(length) });
    expect(await collect(client.projects.list({ status: 'active' }))).toEqual(projects(length));
    expect(windows()).toEqual(expected);
    expect(queries()[0]).toBe('status=active&page=1&per_page=100');
  },
);

it('per_page is the largest window, also if it is more than 100', async () => {
  const { client, queries, windows } = serveList({ items: projects(1000) });
  expect(await collect(client.projects.list({ per_page: 10 }, { prefetch: 8 }))).toEqual(projects(1000));
  const sizes = queries().map((query) => Number(new URLSearchParams(query).get('per_page')));
  expect(Math.max(...sizes)).toBe(10);

  expect(await collect(client.projects.list({ per_page: 500 }))).toEqual(projects(1000));
  expect(windows().slice(sizes.length)).toEqual(['0-500', '499-998', '996-1494']);
});

it('page says where an iteration starts: its first request is for that page, unchanged', async () => {
  const { client, windows } = serveList({ items: projects(120) });
  expect(await collect(client.projects.list({ page: 3 }))).toEqual(projects(120).slice(40));
  expect(windows()).toEqual(['40-60', '57-76', '72-90', '85-102', '100-120', '119-136']);
  expect(await collect(client.projects.list({ page: 2, per_page: 50 }))).toEqual(projects(120).slice(50));
  expect(windows().slice(6)).toEqual(['50-100', '98-147']);
});

it('the options of a list go with each of its requests', async () => {
  const { client, requests } = serveList({ items: projects(3) });
  await collect(client.projects.list({ per_page: 1 }, { headers: { 'x-trace': 'abc' }, prefetch: 1 }));
  expect(requests.length).toBeGreaterThan(1);
  expect(new Set(requests.map(({ init }) => init.headers['x-trace']))).toEqual(new Set(['abc']));
});

it('a page knows whether there is a next one, and gets it', async () => {
  const { client, queries } = serveList({ items: projects(5) });
  const first = await client.projects.list({ per_page: 3, status: 'active' });
  expect(first.hasNextPage()).toBe(true);
  const second = await first.getNextPage();
  expect(second.data[0]).toEqual(project(4));
  expect(queries()[1]).toBe('per_page=2&status=active&page=2');

  const last = await client.projects.list({ per_page: 3, page: 2 });
  expect(last.hasNextPage()).toBe(false);
  const error = await rejection(last.getNextPage());
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect(error).toHaveProperty('message', expect.stringContaining('hasNextPage()'));
});

it('for await goes over the items of a page, and over those of all pages after it', async () => {
  const items = projects(250);
  const { client, queries } = serveList({ items });
  const page = await client.projects.list({ page: 2, per_page: 50, status: 'active' });
  expect(page.data).toEqual(projects(250).slice(50, 100));
  expect(queries()).toHaveLength(1);
  items.splice(0, 30);
  expect(await collect(page)).toEqual(projects(250).slice(50));
  expect(queries().every((query) => query.includes('status=active'))).toBe(true);

  const last = await client.projects.list({ page: 3, per_page: 100 });
  const requested = queries().length;
  expect(await collect(last)).toEqual(last.data);
  expect(queries()).toHaveLength(requested);
});

describe('a page is a link of one iteration', () => {
  it('so that the items of a page may be deleted before the next one is requested', async () => {
    const items = projects(150);
    const { client } = serveList({ items });
    let page = await client.projects.list();
    const seen = [...page.data];
    while (page.hasNextPage()) {
      items.splice(0, page.data.length);
      page = await page.getNextPage();
      seen.push(...page.data);
    }
    expect(seen).toEqual(projects(150));
  });

  it('and so that each item may be deleted in the loop over an awaited page', async () => {
    const items = projects(150);
    const { client } = serveList({ items });
    const seen: unknown[] = [];
    for await (const item of await client.projects.list()) {
      seen.push(item);
      remove(items, item.id);
    }
    expect(seen).toEqual(projects(150));
  });

  it('whose next page is requested once, however often it is asked for', async () => {
    const { client, queries } = serveList({ items: projects(50) });
    const page = await client.projects.list();
    const [next, again] = await Promise.all([page.getNextPage(), page.getNextPage()]);
    expect([next.data, again.data, (await page.getNextPage()).data]).toEqual([next.data, next.data, next.data]);
    expect(queries()).toHaveLength(2);
  });

  it('so that requests made ahead are not lost: prefetch needs no more of them', async () => {
    const requestsWith = async (prefetch: number) => {
      const { client, queries } = serveList({ items: projects(1_000) });
      let page = await client.projects.list({ per_page: 50 }, { prefetch });
      while (page.hasNextPage()) page = await page.getNextPage();
      return queries().length;
    };
    expect(await requestsWith(8)).toBe(await requestsWith(0));
  });

  it('also if the iteration has gone on since: then it goes on at its cursor', async () => {
    const { client } = serveList({ items: projects(100) });
    const first = await client.projects.list();
    const second = await first.getNextPage();
    await second.getNextPage();
    expect((await first.getNextPage()).data[0]).toEqual(project(21));
  });

  it('also after the loop that it comes from was left', async () => {
    const { client } = serveList({ items: projects(300) });
    for await (const page of client.projects.list({}, { prefetch: 2 }).pages()) {
      if (page.data[0]?.id === 'proj_1') continue;
      const next = await page.getNextPage();
      expect(next.data[0]).toEqual(project(199));
      break;
    }
  });

  it('whose next page can be asked for again if the request for it failed', async () => {
    let isBroken = true;
    const { client } = serveList({
      items: projects(50),
      intercept: (page) => (page === 2 && isBroken ? errorResponse(500) : undefined),
    });
    const page = await client.projects.list();
    expect(await rejection(page.getNextPage())).toBeInstanceOf(InternalServerError);
    isBroken = false;
    expect((await page.getNextPage()).data[0]).toEqual(project(21));
  });
});

describe('a page that was asked for by its number', () => {
  it.each([
    [{ page: 2 }, 40],
    [{ page: 2, per_page: 50 }, 100],
    [{ page: 1, per_page: 40 }, 40],
  ])('is the last one if the API says so: %o of %i items', async (params, length) => {
    const { client } = serveList({ items: projects(length) });
    expect((await client.projects.list(params)).hasNextPage()).toBe(false);
    expect((await client.projects.list({ ...params, page: 1, per_page: 10 })).hasNextPage()).toBe(true);
  });

  it('may be larger than the server sends: the items behind it come all the same', async () => {
    const items = projects(1_005);
    const { client } = serveList({ items, sizeOf: (asked) => Math.min(asked, 100) });
    expect(await collect(client.projects.list({ page: 2, per_page: 200 }))).toEqual(items.slice(100));
    expect(await collect(await client.projects.list({ page: 2, per_page: 200 }))).toEqual(items.slice(100));
  });
});

it('a per_page of a billion is answered at once', async () => {
  const { client, windows } = serveList({ items: projects(2_000) });
  expect(await client.projects.list({ per_page: 1e9 }).toArray()).toHaveLength(2_000);
  expect(windows()[0]).toBe('0-1000000000');
});

it('pages() is every page, each with what its meta can say of the list, and its next page', async () => {
  const { client, pages } = serveList({ items: projects(250) });
  const all = await collect(client.projects.list().pages());
  expect(all.map(({ data }) => data.length)).toEqual([100, 98, 52]);
  expect(all.map(({ meta }) => meta)).toEqual([{ total_count: 250 }, { total_count: 250 }, { total_count: 250 }]);
  expect(all.map((page) => page.hasNextPage())).toEqual([true, true, false]);
  expect(pages()).toEqual([1, 2, 3]);
  const next = await all[0]!.getNextPage();
  expect(next.data[0]).toEqual(project(101));
  expect([...next.data, ...(await collect(await next.getNextPage()))]).toEqual(projects(250).slice(100));
});

it('toArray() is every item, or the first of them', async () => {
  const { client } = serveList({ items: projects(145) });
  expect(await client.projects.list().toArray()).toEqual(projects(145));
  expect(await client.projects.list().toArray({ limit: 125 })).toEqual(projects(125));
  expect(await client.projects.list().toArray({ limit: 1000 })).toEqual(projects(145));
  expect(await client.projects.list({ page: 3 }).toArray()).toEqual(projects(145).slice(40));
});

it('toArray({ limit }) requests nothing that the limit does not need', async () => {
  const { client, windows } = serveList({ items: projects(1000) });
  await client.projects.list({}, { prefetch: 8 }).toArray({ limit: 7 });
  expect(windows()).toEqual(['0-7']);
  await client.projects.list({}, { prefetch: 8 }).toArray({ limit: 192 });
  expect(windows().slice(1)).toEqual(['0-100', '99-198']);
  expect(await client.projects.list().toArray({ limit: 0 })).toEqual([]);
  expect(windows()).toHaveLength(3);
});

it('withResponse() is the page and the response it came in', async () => {
  const { client, pages } = serveList({ items: projects(3) });
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
  const { client } = serveList({ items: projects(3) });
  const response = await client.projects.list().asResponse();
  expect(response.bodyUsed).toBe(false);
  expect(await response.json()).toHaveProperty('data', projects(3));
});

it('a list can be caught and finished like any promise', async () => {
  const { client } = serveList({ items: [] });
  let finished = 0;
  const page = await client.projects.list().finally(() => (finished += 1));
  expect(page.data).toEqual([]);
  const message = await client.projects.list({ page: 0 }).catch((error: unknown) => String(error));
  expect(message).toContain('page');
  expect(finished).toBe(1);
  expect(Object.prototype.toString.call(client.projects.list())).toBe('[object ListPromise]');
});

it('nothing is requested before a list is awaited or iterated', async () => {
  const { client, pages } = serveList({ items: projects(3) });
  client.projects.list().pages();
  client.projects.list()[Symbol.asyncIterator]();
  client.projects.list();
  await client.projects.list();
  expect(pages()).toEqual([1]);
});

it('a list that is awaited twice is one request, and each iteration reads it afresh', async () => {
  const items = projects(3);
  const { client, queries } = serveList({ items });
  const list = client.projects.list();
  const page = await list;
  expect(await list).toBe(page);
  items.push(project(4));
  expect(await collect(list)).toEqual(projects(4));
  items.push(project(5));
  expect(await collect(list)).toEqual(projects(5));
  expect(await list).toBe(page);
  expect(queries()).toEqual(['', 'page=1&per_page=100', 'page=1&per_page=100']);
});

it.each([0, 1])('an empty list is one page without items, also if it has %i pages', async (total_pages) => {
  const lie = () => ({ data: [], meta: { current_page: 1, total_pages, total_count: 0 } });
  const { client, pages } = serveList({ items: [], lie });
  const [page, ...more] = await collect(client.projects.list().pages());
  expect(page?.data).toEqual([]);
  expect(page?.hasNextPage()).toBe(false);
  expect(more).toEqual([]);
  expect(await client.projects.list().toArray()).toEqual([]);
  expect(pages()).toEqual([1, 1]);
});

it('a page past the end has no items and no next page', async () => {
  const { client, pages } = serveList({ items: projects(3) });
  const page = await client.projects.list({ page: 7 });
  expect(page.data).toEqual([]);
  expect(page.hasNextPage()).toBe(false);
  expect(await collect(client.projects.list({ page: 7 }))).toEqual([]);
  expect(pages()).toHaveLength(2);
});

it.each<[string, ProjectListParams, ListOptions, number]>([
  ['page', { page: 0 }, {}, 1],
  ['page', { page: 1.5 }, {}, 1],
  ['page', { page: '2' as never }, {}, 1],
  ['page', { page: null as never }, {}, 1],
  ['per_page', { per_page: -1 }, {}, 1],
  ['per_page', { per_page: NaN }, {}, 1],
  ['prefetch', {}, { prefetch: -1 }, 0],
  ['prefetch', {}, { prefetch: 0.5 }, 0],
])('%s that is not a whole number is refused before anything is sent: %o, %o', async (name, params, options, least) => {
  const { client, pages } = serveList({ items: projects(3) });
  const list = () => client.projects.list(params, options);
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
    const expected = new RegExp(`^${name} must be a whole number of at least ${least}`);
    expect(error).toHaveProperty('message', expect.stringMatching(expected));
  }
  expect(pages()).toEqual([]);
});

it.each([-1, 2.5])('so is a limit of %d', async (limit) => {
  const { client, pages } = serveList({ items: projects(3) });
  const message = `limit must be a whole number of at least 0; got ${limit}.`;
  expect(await rejection(client.projects.list().toArray({ limit }))).toHaveProperty('message', message);
  expect(pages()).toEqual([]);
});
