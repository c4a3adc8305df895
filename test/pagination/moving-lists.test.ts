import { expect, it } from 'vitest';
import type { ListUnverifiedEvent } from '@example/sdk';
import { startAtPage } from '../../src/pagination/coverage.ts';
import { walk } from '../../src/pagination/walk.ts';
import { collect, project, projects, serveList } from './list-server.ts';

/** A server whose list changes right before its n-th answer, counted from 1. */
async function serveMoving(items: unknown[], changes: Record<number, () => void>) {
  let answers = 0;
  const server = await serveList({
    items,
    intercept: () => {
      changes[(answers += 1)]?.();
      return false;
    },
  });
  const events: ListUnverifiedEvent[] = [];
  server.client.on('listUnverified', (event) => events.push(event));
  return { ...server, events };
}

const ids = (items: { id: string }[]) => items.map(({ id }) => Number(id.slice('proj_'.length)));
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('items created in front repeat nothing, and cost nothing while they fit into a window', async () => {
  const items = projects(280);
  const { client, windows } = await serveMoving(items, {
    2: () => items.unshift(project(281)),
    3: () => items.unshift(project(282), project(283), project(284)),
  });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 280));
  expect(windows()).toEqual(['0-100', '96-192', '188-282', '276-368']);
});

it('up to three items deleted in front cost nothing either, as windows overlap by four', async () => {
  const items = projects(280);
  const { client, windows } = await serveMoving(items, { 3: () => items.splice(5, 3) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 280));
  expect(windows()).toEqual(['0-100', '96-192', '188-282']);
});

it('more of them cost a request or two, and let no other slip past', async () => {
  const items = projects(280);
  const { client, windows } = await serveMoving(items, { 3: () => items.splice(5, 40) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 280));
  expect(windows().slice(0, 3)).toEqual(['0-100', '96-192', '188-282']);
  expect(windows().length).toBeLessThanOrEqual(5);
});

it('creations and deletions that cancel out are seen as well', async () => {
  const items = projects(400);
  const { client, events } = await serveMoving(items, {
    3: () => {
      items.splice(0, 60);
      items.push(...projects(460).slice(400));
    },
  });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 460));
  expect(events).toEqual([]);
});

it('a window that was read ahead of a deletion stays good', async () => {
  const items = projects(1000);
  const { client, windows } = await serveMoving(items, { 6: () => items.splice(5, 30) });
  const seen = ids(await collect(client.projects.list({}, { prefetch: 4 })));
  expect(seen).toEqual(numbers(1, 1000));
  expect(windows().length).toBeLessThanOrEqual(11 + 4);
});

it('many deletions at once take the walk back as far as it needs', async () => {
  const items = projects(800);
  const { client, windows } = await serveMoving(items, { 6: () => items.splice(0, 350) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 800));
  expect(windows().length).toBeLessThanOrEqual(8 + 7);
});

it('a list whose items leave it as they are worked off is worked off wholly', async () => {
  const items = projects(1000);
  const { client, windows } = await serveList({ items });
  const done: string[] = [];
  for await (const { id } of client.projects.list({ status: 'active' })) {
    done.push(id);
    items.splice(
      items.findIndex((item) => item.id === id),
      1,
    );
  }
  expect(done).toHaveLength(1000);
  expect(new Set(done).size).toBe(1000);
  expect(windows().length).toBeLessThanOrEqual(2 * 10 + 2);
});

it('a walk that starts further on yields nothing from in front of its start', async () => {
  const items = projects(500);
  const { client } = await serveMoving(items, {
    2: () => items.splice(0, 65),
    4: () => items.splice(100, 200),
  });
  const found = ids(await collect(client.projects.list({ page: 6 })));
  expect(found.filter((id) => id <= 100)).toEqual([]);
  expect(found).toEqual(expect.arrayContaining(numbers(401, 500)));
  expect(new Set(found).size).toBe(found.length);
});

/** A walk over 150 000 items, a thousand at once; so many are created in front of it right before page 121 is read. */
async function walkLong(created: number) {
  const list = numbers(1, 150_000);
  let requests = 0;
  const request = ({ page, per_page }: { page: number; per_page: number }) => {
    if ((requests += 1) === 121) list.unshift(...numbers(150_001, 150_000 + created));
    const data = list.slice((page - 1) * per_page, page * per_page).map((id) => ({ id }));
    return Promise.resolve({ data, meta: { current_page: page, total_count: list.length } });
  };
  const seen: number[] = [];
  for await (const { body } of walk(startAtPage(1, 1000), request, 0, Infinity)) {
    seen.push(...body.data.map(({ id }) => id));
  }
  return seen;
}

it('items are recognized however long ago they were yielded', async () => {
  for (const created of [30_000, 60_500]) expect(await walkLong(created)).toEqual(numbers(1, 150_000));
});

it('items without an id are read as they come, and the event says that this is not verified', async () => {
  const items = Array.from({ length: 250 }, (_, index) => ({ name: index }));
  const { client, windows, events } = await serveMoving(items, {});
  expect(await collect(client.projects.list())).toEqual(items);
  expect(windows()).toEqual(['0-100', '100-200', '200-300']);
  expect(events).toEqual([{ method: 'GET', path: '/projects', route: '/projects', reason: 'missing-ids' }]);
});

it('a walk that is left knows before that it can prove nothing, and so does the page', async () => {
  const items = Array.from({ length: 250 }, (_, index) => ({ name: index }));
  const { client, events } = await serveMoving(items, {});
  const reasons: unknown[] = [];
  for await (const page of client.projects.list().pages()) {
    reasons.push(page.unverified);
    if (reasons.length === 2) break;
  }
  expect(reasons).toEqual([undefined, 'missing-ids']);
  expect(events).toHaveLength(1);
});

it('ids that JSON rounds are missing ids: none of the items is taken for another', async () => {
  const server = await serveMoving([], {});
  const numbers = Array.from({ length: 250 }, (_, index) => `{"id":${2n ** 60n + BigInt(index)},"name":${index}}`);
  const fetch = (url: string | URL | Request) => {
    const page = Number(new URL(url instanceof Request ? url.url : url).searchParams.get('page'));
    const body = `{"data":[${numbers.slice((page - 1) * 100, page * 100).join()}],"meta":{"total_count":250}}`;
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
  };
  const client = server.client.withOptions({ fetch, responseValidation: 'off' });
  expect((await collect(client.projects.list())).map(({ name }) => name)).toEqual([...Array(250).keys()]);
  expect(server.events.map(({ reason }) => reason)).toEqual(['missing-ids']);
});

it.each([
  ['says nothing of its length', (): unknown => ({})],
  ['counts too many', (length: number): unknown => ({ total_count: length + 50 })],
  ['counts one too few', (length: number): unknown => ({ total_count: length - 1 })],
])('the tail grows while the front is deleted, and the server %s: the walk ends', async (_, meta) => {
  const items = projects(350);
  let next = 351;
  let requests = 0;
  const server = await serveList({
    items,
    intercept: () => {
      if (++requests > 1) items.splice(0, 3);
      items.push(project(next++), project(next++), project(next++));
      return false;
    },
    lie: (answer) => ({ ...answer, meta: meta(items.length) }),
  });
  const seen = ids(await collect(server.client.projects.list()));
  expect(new Set(seen).size).toBe(seen.length);
  const stayed = ids(items as { id: string }[]).filter((id) => id <= 350);
  expect(seen).toEqual(expect.arrayContaining(stayed));
  // It has grown meanwhile.
  expect(requests).toBeLessThanOrEqual(2 * Math.ceil(next / 100) + 10);
});

it('the client logs a warning about a list that it could not verify', async () => {
  const lines: string[] = [];
  const log = (message: string) => lines.push(message);
  const { client } = await serveList({
    items: Array.from({ length: 160 }, (_, index) => ({ name: index })),
    client: { logLevel: 'warn', responseValidation: 'off', logger: { debug: log, info: log, warn: log, error: log } },
  });
  await collect(client.projects.list());
  expect(lines).toEqual([expect.stringMatching(/GET \/projects: .* each item .*missing-ids/)]);
});
