import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import { ResponseValidationError } from '@example/sdk';
import { rejection } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { collect, project, projects, serveList } from './support/list-server.ts';

describe('an awaited list', () => {
  it('is a promise of one page', async () => {
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

  it('offers withResponse() and asResponse()', async () => {
    const { client } = serveList({ items: projects(3) });
    const { data, response, rateLimit } = await client.projects.list().withResponse();
    expect([data.data, data.hasNextPage(), rateLimit]).toEqual([projects(3), false, undefined]);
    expect(response.headers.get('content-type')).toBe('application/json');
    const unread = await client.projects.list().asResponse();
    expect(unread.bodyUsed).toBe(false);
    expect(await unread.json()).toHaveProperty('data', projects(3));
  });

  it.each([
    [{ page: 2 }, 40, false],
    [{ page: 2, per_page: 50 }, 100, false],
    [{ page: 7 }, 3, false],
    [{}, 0, false],
    [{ page: 1, per_page: 10 }, 40, true],
    [{ per_page: 3 }, 5, true],
  ])('knows whether there is a next page: %o of %i items', async (params, length, expected) => {
    const page = await serveList({ items: projects(length) }).client.projects.list(params);
    expect(page.hasNextPage()).toBe(expected);
    if (expected) return;
    expect(await collect(page)).toEqual(page.data);
    const message = expect.stringContaining('hasNextPage()') as string;
    expect(await rejection(page.getNextPage())).toMatchObject({ message });
  });

  it('has a page number, and maybe a next page, even without meta', async () => {
    const page = await serveList({ items: projects(45), meta: null }).client.projects.list({ page: 2 });
    expect([page.meta, page.hasNextPage()]).toEqual([{ current_page: 2 }, true]);
  });
});

describe('an iterated list', () => {
  it.each([
    [{}, 99, 0, ['0-100']],
    // A full page doesn't show that the list ends, whatever its meta says.
    [{}, 100, 0, ['0-100', '99-198']],
    [{ page: 1 }, 500, 0, ['0-100', '99-198', '196-294', '291-388', '384-480', '475-570']],
    // As if the list is awaited.
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

  it('yields everything after a page that is larger than the server sends', async () => {
    const items = projects(305);
    const { client } = serveList({ items, sizeOf: (asked) => Math.min(asked, 100) });
    const list = client.projects.list({ page: 2, per_page: 200 });
    for (const each of [list, await list]) expect(await collect(each)).toEqual(items.slice(100));
  });

  it('sends nothing until you read it, and starts over each time', async () => {
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

  it('by pages has meta that is true for the whole list', async () => {
    const { client } = serveList({ items: projects(250) });
    const pages = await collect(client.projects.list().pages());
    const said = pages.map((page) => [page.data.length, page.meta, page.hasNextPage()]);
    expect(said).toEqual([100, 98, 52].map((length, at) => [length, { total_count: 250 }, at < 2]));
  });

  it('as an array has every item, or the first ones, and sends only the requests that they need', async () => {
    const { client, ranges } = serveList({ items: projects(1000) });
    expect(await client.projects.list({ page: 3, per_page: 100 }).toArray({ limit: 150 })).toHaveLength(150);
    expect(await client.projects.list().toArray({ limit: 1001 })).toEqual(projects(1000));
    const before = ranges().length;
    for (const limit of [7, 192, 0])
      expect(await client.projects.list({}, { prefetch: 8 }).toArray({ limit })).toEqual(projects(limit));
    // Nothing beyond the limit was requested ahead.
    expect(ranges().slice(before)).toEqual(['0-7', '0-100', '99-198']);
  });
});

describe('a page belongs to one iteration,', () => {
  it('whose items you may delete, all at once or in the loop', async () => {
    const items = projects(150);
    const { client, queries } = serveList({ items });
    let page = await client.projects.list({ page: 2, per_page: 25, status: 'active' });
    const seen = [...page.data];
    while (page.hasNextPage()) {
      items.splice(0, page.data.length);
      seen.push(...(page = await page.getNextPage()).data);
    }
    expect(seen).toEqual(projects(150).slice(25));
    expect(queries().every((query) => query.includes('status=active'))).toBe(true);
    items.splice(0, Infinity, ...projects(150));
    const worked: unknown[] = [];
    for await (const item of await client.projects.list()) {
      worked.push(item);
      items.shift();
    }
    expect(worked).toEqual(projects(150));
  });

  it('whose next page is requested once, and again after a failure, even from an earlier page', async () => {
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
    const controller = new AbortController();
    const page = await client.projects.list({}, { signal: controller.signal });
    controller.abort('changed my mind');
    expect(await rejection(page.getNextPage())).toBe('changed my mind');
  });
});

describe('client.list() lists the items of any endpoint', () => {
  const joined_at = '2024-01-01T00:00:00Z';
  const some = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `member_${index}`, joined_at }));

  it('with its path, query and options as they were when the list was created', async () => {
    const { queries, ...api } = serveList({ items: some(350), client: { responseValidation: 'warn' } });
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
    // A parameter may have the same name as an option.
    for (const each of [{ page: 2 }, { cursor: 'x' }]) await api.client.list('/members', { query: each });
    expect(queries().slice(-2)).toEqual(['page=2', 'cursor=x']);
  });

  const schema = z.object({ id: z.string(), joined_at: z.coerce.date() });
  it.each([schema, schema.refine(() => Promise.resolve(true))])('as its schema parses them', async (each) => {
    const { client } = serveList({ items: some(250), meta: null, client: { responseValidation: 'warn' } });
    const items = await client.list('/members', { schema: each }).toArray({ limit: 120 });
    expect(items).toHaveLength(120);
    expect(items[0]).toEqual({ id: 'member_0', joined_at: new Date(joined_at) });
  });

  it('and throws or reports an item that differs, by its place in the page', async () => {
    const items = [...some(2), { id: 'member_3', joined_at: null }, null];
    const { client } = serveList({ items, client: { responseValidation: undefined } });
    const issues: unknown[] = [];
    client.on('validationIssue', (event) => issues.push(...event.issues));
    const text = v.object({ id: v.string(), joined_at: v.string() });
    const warned = client.list('/members', { schema: text, responseValidation: 'warn' });
    expect(await warned.toArray()).toEqual(items);
    expect(issues[0]).toEqual({ path: ['data', 2, 'joined_at'], message: 'expected string, received null' });
    const error = await rejection(client.list('/members', { schema: text }).toArray());
    expect(error).toBeInstanceOf(ResponseValidationError);
  });
});
