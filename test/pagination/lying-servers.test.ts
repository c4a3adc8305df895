import { expect, it } from 'vitest';
import { ResponseValidationError, type Project } from '@example/sdk';
import { json, rejection } from '../support/http-server.ts';
import { collect, project, projects, serveList, type Answer } from './list-server.ts';

const say = (meta: Record<string, unknown>) => (answer: Answer & { meta: Record<string, unknown> }) => ({
  ...answer,
  meta: { ...answer.meta, ...meta },
});

it.each([
  ['0', 0],
  ['missing', undefined],
  ['no number', 'five'],
  ['not whole', 2.5],
  ['negative', -1],
])('total_pages is %s: the walk goes by total_count, without a request too many', async (_, total_pages) => {
  const { client, pages } = await serveList({ items: projects(280), lie: say({ total_pages }) });
  expect(await collect(client.projects.list())).toEqual(projects(280));
  expect(pages()).toEqual([1, 2, 3]);
});

it('total_pages changes from page to page: no item is missed', async () => {
  const claims = [9, 2, 1, 4, 3, 7];
  const { client } = await serveList({
    items: projects(400),
    lie: (answer, page) => say({ total_pages: claims[page - 1] })(answer),
  });
  expect(await collect(client.projects.list())).toEqual(projects(400));
});

it.each([
  ['total_pages', { total_pages: 1000 }],
  ['total_count', { total_count: 100_000 }],
  ['total_count, by a little,', { total_count: 260 }],
  ['both', { total_pages: 1000, total_count: 100_000 }],
])('%s is too large: the walk ends when the page behind the last one is empty', async (_, meta) => {
  for (const prefetch of [0, 4]) {
    const { client, pages } = await serveList({ items: projects(245), lie: say(meta) });
    expect(await collect(client.projects.list({}, { prefetch }))).toEqual(projects(245));
    expect(pages().length).toBeLessThanOrEqual(3 + 3 + prefetch);
  }
});

it('total_pages is too small, 1 on every page: total_count tells better', async () => {
  const { client } = await serveList({ items: projects(245), lie: say({ total_pages: 1 }) });
  expect(await collect(client.projects.list())).toEqual(projects(245));
});

const speechless = [
  ['total_pages and total_count are 0', say({ total_pages: 0, total_count: 0 })],
  ['meta is missing', ({ data }: Answer) => ({ data })],
  ['meta is null', ({ data }: Answer) => ({ data, meta: null })],
  ['meta is a string', ({ data }: Answer) => ({ data, meta: 'none' })],
] as const;

it.each(speechless)(
  '%s: the walk ends when the page behind the last one is empty, one request at a time',
  async (_, lie) => {
    const { client, windows } = await serveList({ items: projects(245), lie });
    expect(await collect(client.projects.list({}, { prefetch: 8 }))).toEqual(projects(245));
    expect(windows()).toEqual(['0-100', '96-192', '188-282', '282-376', '188-282']);
  },
);

it.each(speechless)('%s, and the server gives 10 items at most: no item is missed', async (_, lie) => {
  const { client } = await serveList({ items: projects(45), lie, most: 10 });
  expect(await collect(client.projects.list())).toEqual(projects(45));
});

it('meta is missing: a page still says its number, and that there may be more', async () => {
  const { client } = await serveList({ items: projects(45), lie: ({ data }) => ({ data }) });
  const page = await client.projects.list({ page: 2 });
  expect(page.meta.current_page).toBe(2);
  expect(page.meta.total_count).toBeUndefined();
  expect(page.hasNextPage()).toBe(true);
});

it('a server whose default is not 20 is read to the end with getNextPage(), too', async () => {
  const { client } = await serveList({ items: projects(25), most: 10 });
  let page = await client.projects.list();
  const seen = [...page.data];
  while (page.hasNextPage()) seen.push(...(page = await page.getNextPage()).data);
  expect(seen).toEqual(projects(25));
});

it.each([20, 100])('pages of %i lack the items that the token may not see: all others come', async (per_page) => {
  const isVisible = (item: unknown) => !/[37]$/.test((item as Project).id);
  const { client } = await serveList({
    items: projects(500),
    lie: (answer) => ({ ...answer, data: answer.data.filter(isVisible) }),
  });
  expect(await collect(client.projects.list({ per_page }))).toEqual(projects(500).filter(isVisible));
});

it.each([
  ['and says so', {}],
  ['and claims a million pages', { total_pages: 1_000_000 }],
  ['and has no meta', { total_pages: undefined, total_count: undefined }],
])('the server ignores page %s: each item comes once, the loop ends, and the program is told', async (_, meta) => {
  const items = projects(100);
  const events: unknown[] = [];
  const { client, pages } = await serveList({
    items,
    lie: (answer) => say({ current_page: 1, ...meta })({ ...answer, data: items.slice(0, 20) }),
  });
  client.on('listUnverified', ({ reason }) => events.push(reason));
  expect(await collect(client.projects.list())).toEqual(projects(20));
  expect(pages().length).toBeLessThanOrEqual(6);
  expect(events).toHaveLength(1);
});

it('the server ignores page, and its items have no id: the loop ends all the same', async () => {
  const { client, pages } = await serveList({ items: [], lie: () => ({ data: [{ name: 'a' }, { name: 'b' }] }) });
  expect(await collect(client.projects.list())).toEqual([{ name: 'a' }, { name: 'b' }]);
  expect(pages()).toEqual([1, 2]);
});

it('items without an id are yielded as they come', async () => {
  const items = [{ name: 'a' }, null, 7, 'text', { id: null }, { id: { nested: true } }, ['x']];
  const { client } = await serveList({ items });
  expect(await collect(client.projects.list({ per_page: 2 }))).toEqual(items);
});

it('two items with the same id are one item', async () => {
  const items = [project(1), project(1), project(2), project(3), project(4)];
  const { client } = await serveList({ items });
  expect(await collect(client.projects.list())).toEqual(projects(4));
});

it('a 200 whose data is no array can not be used', async () => {
  const { client } = await serveList({
    items: [],
    intercept: (_page, response) => {
      json(response, 200, { data: { '0': project(1) } });
      return true;
    },
  });
  expect(await rejection(client.projects.list())).toBeInstanceOf(ResponseValidationError);
});
