import { expect, it } from 'vitest';
import { BadRequestError, UnprocessableEntityError, type ListUnverifiedEvent } from '@example/sdk';
import { clientOf, json, rejection, serve } from '../support/http-server.ts';
import { collect, project, projects, serveList } from './list-server.ts';

it('a server that gives fewer items than asked for is asked for no more than it gives', async () => {
  const { client, windows } = await serveList({ items: projects(200), most: 50 });
  expect(await collect(client.projects.list())).toEqual(projects(200));
  expect(windows().slice(0, 3)).toEqual(['0-100', '48-96', '94-141']);
});

it('which is remembered for all lists of the process', async () => {
  const { client, url, windows } = await serveList({ items: projects(200), most: 50 });
  await client.projects.list().toArray();
  const requested = windows().length;
  const another = clientOf({ url }, { rateLimit: false });
  expect(await collect(another.projects.list())).toEqual(projects(200));
  expect(windows()[requested]).toBe('0-50');
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

it('once per process and base URL, whichever client or list it is', async () => {
  const { client, url, windows } = await serveList({ items: projects(60), most: 20, refuses: 422 });
  const refused = () => windows().filter((window) => sizeOf(window) > 20);
  await collect(client.projects.list({}, { prefetch: 4 }));
  await client.projects.list({ status: 'active' }).toArray();
  await collect(client.projects.list({ per_page: 50, page: 2 }));
  await collect(clientOf({ url }, { rateLimit: false }).projects.list().pages());
  expect(refused()).toEqual(['0-100']);
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

it('a refusal in the middle of a list is an error, as the size was accepted before', async () => {
  const { client, windows } = await serveList({
    items: projects(300),
    intercept: (page, response) => {
      if (page === 2) json(response, 422, { error: { code: 'bad', message: 'Sorry.', details: {} } });
      return page === 2;
    },
  });
  expect(await rejection(collect(client.projects.list()))).toBeInstanceOf(UnprocessableEntityError);
  expect(windows()).toEqual(['0-100', '96-192']);
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
  expect(pages).toEqual([1, 2, 3, 4, 5]);
  expect(events).toEqual([{ method: 'GET', path: '/projects', route: '/projects', reason: 'no-overlap' }]);
});

it('and where its list gets shorter or longer, the page before is read once more', async () => {
  const items = projects(100);
  const { client, pages } = await serveFixed(items, (answer) => {
    if (answer === 3) items.splice(0, 3);
    if (answer === 6) items.unshift(project(101));
  });
  const seen = await collect(client.projects.list());
  expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(projects(100).map(({ id }) => id)));
  expect(seen).toHaveLength(100);
  expect(pages.length).toBeLessThanOrEqual(8);
});

function sizeOf(window: string): number {
  const [start, end] = window.split('-').map(Number);
  return end! - start!;
}
