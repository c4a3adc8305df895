import { expect, it } from 'vitest';
import { BadRequestError, UnprocessableEntityError, type ListUnverifiedEvent } from '@example/sdk';
import { clientOf, json, rejection, serve } from '../support/http-server.ts';
import { collect, projects, serveList } from './list-server.ts';

it('a server that gives fewer items than asked for is asked for no more than it gives', async () => {
  const { client, windows } = await serveList({ items: projects(200), most: 50 });
  expect(await collect(client.projects.list())).toEqual(projects(200));
  expect(windows().slice(0, 4)).toEqual(['0-100', '100-200', '48-96', '94-141']);
});

it('which holds for this walk only: one look at a list of 20 a page does not slow down another list', async () => {
  const small = await serveList({ items: projects(40), most: 20 });
  await collect(small.client.projects.list());
  const { client, url, windows } = await serveList({ items: projects(1000) });
  await collect(small.client.withOptions({ baseUrl: url }).projects.list());
  expect(windows().length).toBeLessThanOrEqual(12);
  await collect(client.projects.list());
  expect(windows().filter((window) => window === '0-100')).toHaveLength(2);
});

it('a list that is just short is not taken for a server that gives less', async () => {
  const items = projects(30);
  const { client, windows } = await serveList({ items });
  await collect(client.projects.list());
  items.push(...projects(130).slice(30));
  expect(await collect(client.projects.list())).toEqual(projects(130));
  expect(windows()).toEqual(['0-100', '0-100', '96-192']);
});

it('a page that lacks most of its items says nothing about other lists', async () => {
  let isHidden = true;
  const { client, windows } = await serveList({
    items: projects(120),
    lie: (answer) => (isHidden ? { ...answer, data: answer.data.slice(0, 3) } : answer),
  });
  await client.projects.list({ page: 1, per_page: 100 });
  isHidden = false;
  expect(await collect(client.projects.list())).toEqual(projects(120));
  expect(windows()[1]).toBe('0-100');
});

it.each([400, 422])('a server that refuses the size with %i is asked for the documented 20', async (refuses) => {
  const { client, windows } = await serveList({ items: projects(60), most: 20, refuses });
  expect(await collect(client.projects.list())).toEqual(projects(60));
  expect(windows()[0]).toBe('0-100');
  expect(
    windows()
      .slice(1)
      .every((window) => sizeOf(window) <= 20),
  ).toBe(true);
});

it('a per_page of your own is reduced alike when it is iterated, and sent as it is when it is awaited', async () => {
  const { client, windows } = await serveList({ items: projects(60), most: 20, refuses: 422 });
  expect(await collect(client.projects.list({ per_page: 50 }))).toEqual(projects(60));
  expect(await rejection(client.projects.list({ per_page: 50 }))).toBeInstanceOf(UnprocessableEntityError);
  expect([windows()[0], windows().at(-1)]).toEqual(['0-50', '0-50']);
});

it('a refusal that is about something else is thrown, and not remembered', async () => {
  let isBroken = true;
  const { client, windows } = await serveList({
    items: projects(30),
    intercept: (_page, response) => {
      if (isBroken) json(response, 400, { error: { code: 'bad', message: 'Unknown status.', details: {} } });
      return isBroken;
    },
  });
  const error = await rejection(collect(client.projects.list({ status: 'bogus' })));
  expect(error).toBeInstanceOf(BadRequestError);
  expect(windows()).toEqual(['0-100', '0-20']);
  isBroken = false;
  await collect(client.projects.list());
  expect(windows()[2]).toBe('0-100');
});

it('a refusal in the middle of a list is an error, if the size that was accepted before is refused, too', async () => {
  const { client, windows } = await serveList({
    items: projects(300),
    intercept: (page, response) => {
      if (page === 2) json(response, 422, { error: { code: 'bad', message: 'Sorry.', details: {} } });
      return page === 2;
    },
  });
  expect(await rejection(collect(client.projects.list()))).toBeInstanceOf(UnprocessableEntityError);
  expect(windows()).toEqual(['0-100', '96-192', '100-200']);
});

/** A server whose pages have 20 items, whatever `per_page` says. */
async function serveFixed(items: unknown[], before: (answer: number) => void = () => undefined) {
  let answers = 0;
  const pages: number[] = [];
  const server = await serve((request, response) => {
    before((answers += 1));
    const page = Number(new URLSearchParams(request.url.split('?')[1]).get('page') ?? 1);
    pages.push(page);
    const meta = { current_page: page, total_pages: Math.ceil(items.length / 20), total_count: items.length };
    json(response, 200, { data: items.slice((page - 1) * 20, page * 20), meta });
  });
  const client = clientOf(server, { rateLimit: false });
  const events: ListUnverifiedEvent[] = [];
  client.on('listUnverified', (event) => events.push(event));
  return { client, pages, events };
}

it('a server that ignores per_page is read page by page, and the event says that this is not verified', async () => {
  const { client, pages, events } = await serveFixed(projects(100));
  expect(await collect(client.projects.list())).toEqual(projects(100));
  expect(new Set(pages)).toEqual(new Set([1, 2, 3, 4, 5]));
  expect(pages.length).toBeLessThanOrEqual(2 * 5);
  expect(events).toEqual([{ method: 'GET', path: '/projects', route: '/projects', reason: 'no-overlap' }]);
});

/** A server that allows some sizes only, and gives 20 items or an error where another is asked for. */
async function serveSome(items: unknown[], otherwise?: number, hasCount = true) {
  const asked: number[] = [];
  const server = await serve((request, response) => {
    const query = new URLSearchParams(request.url.split('?')[1]);
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)];
    asked.push(size);
    const isAllowed = [10, 20, 50, 100].includes(size);
    if (!isAllowed && otherwise) {
      json(response, otherwise, { error: { code: 'bad', message: '', details: {} } });
      return;
    }
    const actual = isAllowed ? size : 20;
    const meta = { current_page: page, total_count: items.length, total_pages: Math.ceil(items.length / actual) };
    json(response, 200, { data: items.slice((page - 1) * actual, page * actual), meta: hasCount ? meta : {} });
  });
  const client = clientOf(server, { rateLimit: false, maxRetries: 0 });
  const events: string[] = [];
  client.on('listUnverified', ({ reason }) => events.push(reason));
  return { client, asked, events };
}

it.each<[string, number | undefined, boolean]>([
  ['20 items', undefined, true],
  ['20 items, and does not count', undefined, false],
  ['400', 400, true],
  ['422', 422, true],
])(
  'a server that allows some sizes, and answers others with %s, is read completely, and says so',
  async (_, ...how) => {
    for (const length of [100, 116, 2_000]) {
      const { client, asked, events } = await serveSome(projects(length), ...how);
      expect(await collect(client.projects.list())).toEqual(projects(length));
      expect(asked.length).toBeLessThanOrEqual((2 * length) / 100 + 10);
      if (length > 116) expect(events).toEqual(['no-overlap']);
    }
    const { client } = await serveSome(projects(130), ...how);
    expect(await collect(client.projects.list({ per_page: 20 }))).toEqual(projects(130));
  },
);

it.each([
  [100, 25],
  [50, 20],
])('the limit falls from %i to %i in the middle of a walk: nothing is lost', async (before, after) => {
  const items = projects(400);
  let requests = 0;
  const server = await serve((request, response) => {
    const query = new URLSearchParams(request.url.split('?')[1]);
    const page = Number(query.get('page'));
    const size = Math.min(Number(query.get('per_page')), (requests += 1) > 2 ? after : before);
    json(response, 200, { data: items.slice((page - 1) * size, page * size), meta: { total_count: 400 } });
  });
  const client = clientOf(server, { rateLimit: false });
  expect(await client.projects.list().toArray()).toEqual(items);
  expect(requests).toBeLessThanOrEqual((2 * 400) / after + 10);
});

it('a walk that goes on where the limit is 20 starts at its place, not at page 1', async () => {
  const { client, windows } = await serveList({ items: projects(400), most: 20 });
  const seen: unknown[] = [];
  let cursor: string | undefined;
  for (let isDone = false; !isDone;) {
    isDone = true;
    for await (const page of client.projects.list({}, { cursor }).pages()) {
      seen.push(...page.data);
      ({ cursor } = page);
      isDone = false;
      if (!page.hasNextPage()) isDone = true;
      break;
    }
  }
  expect(seen).toEqual(projects(400));
  expect(windows().length).toBeLessThanOrEqual(2 * 20 + 10);
});

function sizeOf(window: string): number {
  const [start, end] = window.split('-').map(Number);
  return end! - start!;
}
