import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import { InvalidRequestError, ResponseValidationError, type ListPromise } from '../../src/index.ts';
import { rejection } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { collect, project, projects, serveList } from './support/list-server.ts';

/** All ways to read a list. */
const readings = (list: () => ListPromise<unknown>) => [
  () => list(),
  () => list().withResponse(),
  () => list().asResponse(),
  () => list().toArray({ limit: 0 }),
  () => collect(list()),
  () => collect(list().pages()),
];

describe('a list that is awaited', () => {
  it('is one page, and a promise', async () => {
    const { client, queries } = serveList({ items: projects(45), client: { responseValidation: 'throw' } });
    let finished = 0;
    const list = client.projects.list();
    const page = await list.finally(() => (finished += 1));
    expect(page.data).toEqual(projects(20));
    expect(page.meta).toEqual({ current_page: 1, total_pages: 3, total_count: 45 });
    expect(await list).toBe(page);
    expect(queries()).toEqual(['']);
    expect(await client.projects.list({ page: 0 }).catch(String)).toContain('page');
    expect([finished, Object.prototype.toString.call(list)]).toEqual([1, '[object ListPromise]']);
  });

  it('has its response, and is the response itself', async () => {
    const { client } = serveList({ items: projects(3) });
    const { data, response, rateLimit } = await client.projects.list().withResponse();
    const type = response.headers.get('content-type');
    expect([data.data, data.hasNextPage(), type, rateLimit]).toEqual([
      projects(3),
      false,
      'application/json',
      undefined,
    ]);
    const unread = await client.projects.list().asResponse();
    expect(unread.bodyUsed).toBe(false);
    expect(await unread.json()).toHaveProperty('data', projects(3));
  });

  it.each([
    [{ page: 2 }, 40, false],
    [{ page: 2, per_page: 50 }, 100, false],
    [{ page: 1, per_page: 40 }, 40, false],
    [{ page: 7 }, 3, false],
    [{ page: 1, per_page: 10 }, 40, true],
    [{ per_page: 3 }, 5, true],
  ])('knows whether there is a next page: %o of %i items', async (params, length, expected) => {
    const { client } = serveList({ items: projects(length) });
    const page = await client.projects.list(params);
    expect(page.hasNextPage()).toBe(expected);
    if (expected) return;
    expect(await collect(page)).toEqual(page.data);
    const message = expect.stringContaining('hasNextPage()') as string;
    expect(await rejection(page.getNextPage())).toMatchObject({ message });
  });

  it('has a number, and perhaps a next page, without meta', async () => {
    const page = await serveList({ items: projects(45), meta: null }).client.projects.list({ page: 2 });
    expect([page.meta, page.hasNextPage()]).toEqual([{ current_page: 2 }, true]);
  });

  it.each([0, 1])('may be empty, of %i pages', async (total_pages) => {
    const { client, pages } = serveList({ items: [], meta: { total_pages } });
    const [page, ...more] = await collect(client.projects.list().pages());
    expect([page?.data, page?.hasNextPage(), more]).toEqual([[], false, []]);
    expect(await client.projects.list().toArray()).toEqual([]);
    expect(pages()).toEqual([1, 1]);
  });
});

describe('a list that is iterated', () => {
  it.each([
    [{}, 0, 0, ['0-100']],
    [{}, 99, 0, ['0-100']],
    // A page that is full does not show that the list ends, whatever its meta says.
    [{}, 100, 0, ['0-100', '99-198']],
    [{}, 500, 0, ['0-100', '99-198', '196-294', '291-388', '384-480', '475-570']],
    [{ page: 1 }, 500, 0, ['0-100', '99-198', '196-294', '291-388', '384-480', '475-570']],
    // As if it is awaited
    [{ page: 2 }, 120, 20, ['20-40', '38-57', '54-72', '68-85', '80-100', '95-114', '112-128']],
    [{ page: 2, per_page: 50 }, 120, 50, ['50-100', '98-147']],
    [{ per_page: 1e9 }, 120, 0, ['0-1000000000']],
  ])('starts with the page that is asked for, and reads ranges that overlap: %o of %i items', async (...row) => {
    const [params, length, from, expected] = row;
    const { client, ranges, queries } = serveList({ items: projects(length) });
    expect(await collect(client.projects.list({ ...params, status: 'active' }))).toEqual(projects(length).slice(from));
    expect(ranges()).toEqual(expected);
    expect(queries()[0]).toContain('status=active');
  });

  it('yields what is behind a page that is larger than the server sends', async () => {
    const items = projects(1_005);
    const { client } = serveList({ items, sizeOf: (asked) => Math.min(asked, 100) });
    expect(await collect(client.projects.list({ page: 2, per_page: 200 }))).toEqual(items.slice(100));
    expect(await collect(await client.projects.list({ page: 2, per_page: 200 }))).toEqual(items.slice(100));
  });

  it('sends nothing before, and reads the list afresh each time', async () => {
    const items = projects(3);
    const { client, queries } = serveList({ items });
    const list = client.projects.list();
    list.pages();
    list[Symbol.asyncIterator]();
    expect(queries()).toEqual([]);
    for (const more of [4, 5]) {
      items.push(project(more));
      expect(await collect(list)).toEqual(projects(more));
    }
    expect(queries()).toEqual(['page=1&per_page=100', 'page=1&per_page=100']);
  });

  it('by pages has what the meta of each can say of the list', async () => {
    const { client, pages } = serveList({ items: projects(250) });
    const all = await collect(client.projects.list().pages());
    const said = all.map((page) => [page.data.length, page.meta, page.hasNextPage()]);
    expect(said).toEqual([100, 98, 52].map((length, at) => [length, { total_count: 250 }, at < 2]));
    expect(pages()).toEqual([1, 2, 3]);
    const next = await all[0]!.getNextPage();
    expect([...next.data, ...(await collect(await next.getNextPage()))]).toEqual(projects(250).slice(100));
  });

  it('to an array is every item, or the first of them, with the requests that they need', async () => {
    const { client, ranges } = serveList({ items: projects(1000) });
    const third = client.projects.list({ page: 3, per_page: 100 });
    expect(await third.toArray({ limit: 150 })).toEqual(projects(350).slice(200));
    expect(await client.projects.list().toArray({ limit: 1001 })).toEqual(projects(1000));
    const before = ranges().length;
    for (const limit of [7, 192, 0])
      expect(await client.projects.list({}, { prefetch: 8 }).toArray({ limit })).toEqual(projects(limit));
    expect(ranges().slice(before)).toEqual(['0-7', '0-100', '99-198']);
  });
});

describe('a page is a link of one iteration', () => {
  it('from one page on, with its parameters', async () => {
    const items = projects(250);
    const { client, queries } = serveList({ items });
    const page = await client.projects.list({ page: 2, per_page: 50, status: 'active' });
    items.splice(0, 30);
    expect(await collect(page)).toEqual(projects(250).slice(50));
    expect(queries().every((query) => query.includes('status=active'))).toBe(true);
  });

  it('so that its items may be deleted, all at once or in the loop', async () => {
    const items = projects(150);
    const { client } = serveList({ items });
    let page = await client.projects.list();
    const seen = [...page.data];
    while (page.hasNextPage()) {
      items.splice(0, page.data.length);
      seen.push(...(page = await page.getNextPage()).data);
    }
    expect(seen).toEqual(projects(150));
    items.splice(0, Infinity, ...projects(150));
    const worked: unknown[] = [];
    for await (const item of await client.projects.list()) {
      worked.push(item);
      items.shift();
    }
    expect(worked).toEqual(projects(150));
  });

  it('whose next page is requested once, and again if that failed, also from an earlier page', async () => {
    const before = (n: number) => (n === 2 || n === 4) && errorResponse(500);
    const { client, queries } = serveList({ items: projects(80), before });
    const first = await client.projects.list();
    expect(await rejection(first.getNextPage())).toMatchObject({ status: 500 });
    const [next, again] = await Promise.all([first.getNextPage(), first.getNextPage()]);
    expect(next.data[0]).toEqual(project(21));
    expect([again.data, (await first.getNextPage()).data]).toEqual([next.data, next.data]);
    expect(queries()).toHaveLength(3);
    await rejection(next.getNextPage());
    expect((await first.getNextPage()).data[0]).toEqual(project(21));
  });

  it('also if the iteration has gone on since, or was left', async () => {
    const { client } = serveList({ items: projects(300) });
    const first = await client.projects.list();
    await (await first.getNextPage()).getNextPage();
    expect((await first.getNextPage()).data[0]).toEqual(project(21));
    const pages = client.projects.list({}, { prefetch: 2 }).pages();
    await pages.next();
    const { value } = await pages.next();
    await pages.return();
    expect((await value!.getNextPage()).data[0]).toEqual(project(199));
  });
});

describe('refused before anything is sent', () => {
  const { client, requests } = serveList({ items: projects(3) });
  const typed = (params: unknown, options?: unknown) => () => client.projects.list(params as never, options as never);
  const custom = (options: unknown) => () => client.list('/members', options as never);
  const whole = (name: string, least: number) => `${name} must be a whole number of at least ${least}; got `;
  it.each<[message: string, lists: (() => ListPromise<unknown>)[]]>([
    [whole('page', 1), [0, 1.5, '2', null].map((page) => typed({ page }))],
    [whole('per_page', 1), [-1, NaN].map((per_page) => typed({ per_page }))],
    [whole('prefetch', 0), [-1, 0.5].map((prefetch) => typed({}, { prefetch }))],
    ['`cursor` is an option', [typed({ cursor: 'x' })]],
    ["Unknown option 'query'", [typed({}, { query: {} })]],
    ['signal must be ', [typed({}, { signal: {} })]],
    ['options must be a plain object; got ', [5, null, 'active', []].map(custom)],
    ['params must be a plain object; got ', [5, null, []].map((params) => custom({ params }))],
    ['query must be a plain object; got ', [5, null, []].map((query) => custom({ query }))],
    ['headers', [custom({ headers: 5 })]],
  ])('%s', async (message, lists) => {
    for (const read of lists.flatMap(readings)) {
      const error = await rejection(read());
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect(error).toHaveProperty('message', expect.stringContaining(message));
    }
    expect(requests).toEqual([]);
  });

  it.each([-1, 2.5])('limit: %d', async (limit) => {
    const message = `limit must be a whole number of at least 0; got ${limit}.`;
    expect(await rejection(client.projects.list().toArray({ limit }))).toHaveProperty('message', message);
  });
});

describe('client.list() lists the items of any endpoint', () => {
  const at = '2024-01-01T00:00:00Z';
  const some = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `member_${index}`, joined_at: at }));
  const schema = z.object({ id: z.string(), joined_at: z.coerce.date() });
  const client = { responseValidation: 'warn' } as const;

  it('with its path, query and options, as they were when it was made', async () => {
    const api = serveList({ items: some(350) });
    const role = ['owner', 'admin'];
    const query = { role, page: 2, per_page: 100 };
    const options = { params: { id: 'team 1' }, query, headers: { 'x-team': 'red' }, prefetch: 1 };
    const list = api.client.list<{ id: string }>('/teams/{id}/members', options);
    Object.assign(options, { params: { id: 'blue' }, query: {}, headers: { 'x-team': 'blue' } });
    role[0] = 'none';
    expect(await collect(list)).toEqual(some(350).slice(100));
    expect(api.requests.length).toBeGreaterThan(2);
    for (const { url, init } of api.requests) {
      expect(url).toMatch(/\/v1\/teams\/team%201\/members\?role=owner&role=admin&page=\d/);
      expect(init.headers).toMatchObject({ 'x-team': 'red' });
    }
    expect((await list).meta.total_count).toBe(350);
    await api.client.list('/members', Object.create({ query: { page: 2 } }) as object);
    expect(api.queries().at(-1)).toBe('page=2');
    // A parameter may have the name of an option.
    await api.client.list('/members', { query: { cursor: 'x' } });
    expect(api.queries().at(-1)).toBe('cursor=x');
  });

  it.each([schema, schema.refine(() => Promise.resolve(true))])(
    'as its schema makes them, now or later',
    async (each) => {
      const list = serveList({ items: some(250), client }).client.list('/members', { schema: each });
      const items = await list.toArray({ limit: 120 });
      expect(items).toHaveLength(120);
      expect(items[0]).toEqual({ id: 'member_0', joined_at: new Date(at) });
    },
  );

  it('and throws if an item differs, or reports it, by its place in the page', async () => {
    const members = [...some(2), { id: 'member_3', joined_at: null }];
    const api = serveList({ items: members, client });
    const issues: unknown[] = [];
    api.client.on('validationIssue', (event) => issues.push(...event.issues));
    const text = v.object({ id: v.string(), joined_at: v.string() });
    const warned = api.client.list('/members', { schema: text, responseValidation: 'warn' });
    expect(await warned.toArray()).toEqual(members);
    expect(issues).toEqual([{ path: ['data', 2, 'joined_at'], message: 'expected string, received null' }]);
    const thrown = serveList({ items: members, client: { responseValidation: undefined } }).client;
    const error = await rejection(thrown.list('/members', { schema: text }).toArray());
    expect(error).toBeInstanceOf(ResponseValidationError);
  });
});
