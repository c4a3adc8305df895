import { expect, it } from 'vitest';
import type { ListUnverifiedEvent } from '@example/sdk';
import { startAtPage } from '../../src/pagination/coverage.ts';
import { walk } from '../../src/pagination/walk.ts';
import { collect, project, projects, serveList } from './list-server.ts';

/** A server whose list changes right before its n-th answer, counted from 1. */
async function serveMoving(items: unknown[], changes: Record<number, () => void>, most?: number) {
  let answers = 0;
  const server = await serveList({
    items,
    ...(most !== undefined && { most }),
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

it('more of them cost one request, and let no other slip past', async () => {
  const items = projects(280);
  const { client, windows } = await serveMoving(items, { 3: () => items.splice(5, 40) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 280));
  expect(windows()).toEqual(['0-100', '96-192', '188-282', '100-200']);
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
  expect(windows().length).toBeLessThanOrEqual(11 + 2);
});

it('many deletions at once take the walk back as far as it needs', async () => {
  const items = projects(800);
  const { client, windows } = await serveMoving(items, { 6: () => items.splice(0, 350) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 800));
  expect(windows().length).toBeLessThanOrEqual(8 + 6);
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
  expect(windows().length).toBeLessThanOrEqual(2 * 10);
});

it('a list that shrinks while its last window is read is read to the end', async () => {
  const items = projects(260);
  const { client } = await serveMoving(items, { 3: () => items.splice(0, 125) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 260));
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

it('a list that changes faster than it can be read ends, with as many requests as documented', async () => {
  const items = projects(200);
  let next = 201;
  const { client, windows, events } = await serveList({
    items,
    intercept: () => {
      for (let count = 0; count < 150; count++) items.push(project(next++));
      return false;
    },
  }).then((server) => {
    const events: ListUnverifiedEvent[] = [];
    server.client.on('listUnverified', (event) => events.push(event));
    return { ...server, events };
  });
  const found = ids(await collect(client.projects.list()));
  expect(new Set(found).size).toBe(found.length);
  expect(found.slice(0, 200)).toEqual(numbers(1, 200));
  expect(events).toEqual([expect.objectContaining({ reason: 'too-many-changes' })]);
  const limit = 100 + 10 * (350 / 100);
  expect(windows().length).toBeLessThanOrEqual(limit + (200 + 150 * limit) / 90);
});

it('a list that moves now and then is verified, as is one that rests', async () => {
  const items = projects(600);
  const { client, events } = await serveMoving(items, { 2: () => items.shift(), 5: () => items.splice(0, 50) });
  await collect(client.projects.list());
  await collect(client.projects.list());
  expect(events).toEqual([]);
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
