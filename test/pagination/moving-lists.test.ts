import { expect, it } from 'vitest';
import type { ListDriftEvent } from '@example/sdk';
import { walk, type Drift } from '../../src/pagination/walk.ts';
import { collect, project, projects, serveList } from './list-server.ts';

/** A server whose list changes right before its n-th answer, counted from 1. */
function serveMoving(items: unknown[], changes: Record<number, () => void>, most?: number) {
  let answers = 0;
  return serveList({
    items,
    ...(most === undefined ? {} : { most }),
    intercept: () => {
      changes[(answers += 1)]?.();
      return false;
    },
  });
}

const ids = (items: { id: string }[]) => items.map(({ id }) => Number(id.slice('proj_'.length)));
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('items created in front of the walk repeat nothing and cost nothing', async () => {
  const items = projects(100);
  const { client, pages } = await serveMoving(items, {
    2: () => items.unshift(project(101)),
    4: () => items.unshift(project(102), project(103), project(104)),
  });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 100));
  expect(pages()).toEqual([1, 2, 3, 4, 5, 6]);
});

it('items deleted in front of the walk let no other slip past, for one request more', async () => {
  const items = projects(100);
  const { client, pages } = await serveMoving(items, { 3: () => items.splice(5, 3) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 100));
  expect(pages()).toEqual([1, 2, 3, 2, 4, 5]);
});

it('the same while pages are requested ahead', async () => {
  const items = projects(200);
  const { client, pages } = await serveMoving(items, { 6: () => items.splice(5, 3) });
  expect(ids(await collect(client.projects.list({}, { prefetch: 4 }))).sort((a, b) => a - b)).toEqual(numbers(1, 200));
  expect(pages().length).toBeLessThanOrEqual(10 + 2);
});

it('many deletions at once take the walk back as far as it needs', async () => {
  const items = projects(100);
  const { client, pages } = await serveMoving(items, { 8: () => items.splice(0, 45) }, 10);
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 100));
  expect(pages()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 7, 3, 4, 5, 6]);
});

it('a list whose items leave it as they are worked off is worked off wholly', async () => {
  const items = projects(100);
  const { client, pages } = await serveList({ items });
  const done: string[] = [];
  for await (const { id } of client.projects.list({ status: 'active' })) {
    done.push(id);
    items.splice(
      items.findIndex((item) => item.id === id),
      1,
    );
  }
  expect(done).toHaveLength(100);
  expect(new Set(done).size).toBe(100);
  expect(pages().length).toBeLessThanOrEqual(2 * 5);
});

it('a list that shrinks while its last page is read is read to the end', async () => {
  const items = projects(60);
  const { client } = await serveMoving(items, { 3: () => items.splice(0, 25) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 60));
});

it('a walk that starts further on yields nothing from before its start', async () => {
  const items = projects(100);
  const { client } = await serveMoving(items, { 2: () => items.splice(0, 25) });
  const found = ids(await collect(client.projects.list({ page: 3 })));
  expect(found.sort((a, b) => a - b)).toEqual(numbers(41, 100));
});

/** A walk over 30 000 items, a thousand a page; so many are created in front of it right before page 21 is read. */
async function walkLong(created: number) {
  const list = numbers(1, 30_000);
  const size = 1000;
  let isBefore = true;
  const fetchPage = (page: number) => {
    if (page === 21 && isBefore) {
      list.unshift(...Array.from({ length: created }, (_, index) => 30_001 + index));
      isBefore = false;
    }
    const data = list.slice((page - 1) * size, page * size).map((id) => ({ id }));
    return Promise.resolve({ data, meta: { total_pages: Math.ceil(list.length / size), total_count: list.length } });
  };
  const seen: number[] = [];
  const drifts: Drift[] = [];
  const onDrift = (drift: Drift) => drifts.push(drift);
  for await (const { data } of walk(fetchPage, { first: 1, prefetch: 0, limit: Infinity, onDrift })) {
    seen.push(...data.map(({ id }) => id));
  }
  return { seen, drifts };
}

it('items are recognized long after their ids were forgotten, by what stands behind them', async () => {
  const { seen, drifts } = await walkLong(10_500);
  expect(seen).toEqual(numbers(1, 30_000));
  expect(drifts).toEqual([]);
});

it('a walk that finds no place it knows says so', async () => {
  const { seen, drifts } = await walkLong(20_000);
  expect(new Set(seen).size).toBeGreaterThanOrEqual(30_000);
  expect(drifts).toHaveLength(1);
});

it('a list that never rests is reported once, with counts, and its re-reads are bounded', async () => {
  const items = projects(200);
  let next = 201;
  const { client, pages } = await serveList({
    items,
    intercept: () => {
      items.push(project(next++));
      return false;
    },
  });
  const drifts: ListDriftEvent[] = [];
  client.on('listDrift', (drift) => drifts.push(drift));
  const found = ids(await collect(client.projects.list({ per_page: 10 })));
  expect(new Set(found).size).toBe(found.length);
  expect(found.slice(0, 200)).toEqual(numbers(1, 200));

  const rereads = pages().length - new Set(pages()).size;
  expect(drifts).toEqual([
    { method: 'GET', path: '/projects', route: '/projects', rereads, openSeams: expect.any(Number) as number },
  ]);
  expect(drifts[0]!.openSeams).toBeGreaterThan(0);
  expect(rereads).toBeLessThanOrEqual(20 + 2 * Math.ceil(found.length / 10) + 1);
});

it('a list that moves now and then is not reported, nor is one that rests', async () => {
  const items = projects(100);
  const { client } = await serveMoving(items, { 2: () => items.shift(), 5: () => items.shift() });
  const drifts: ListDriftEvent[] = [];
  client.on('listDrift', (drift) => drifts.push(drift));
  await collect(client.projects.list());
  await collect(client.projects.list());
  expect(drifts).toEqual([]);
});

it('a moving list without ids is read as it comes, and reported', async () => {
  const items = Array.from({ length: 60 }, (_, index) => ({ name: index }));
  const { client, pages } = await serveMoving(items, { 2: () => items.shift() });
  const drifts: ListDriftEvent[] = [];
  client.on('listDrift', (drift) => drifts.push(drift));
  expect(await collect(client.projects.list())).toHaveLength(59);
  expect(pages()).toEqual([1, 2, 3]);
  expect(drifts).toEqual([{ method: 'GET', path: '/projects', route: '/projects', rereads: 0, openSeams: 1 }]);
});

it('the client logs a warning about a list that may be incomplete', async () => {
  const lines: string[] = [];
  const log = (message: string) => lines.push(message);
  const items = Array.from({ length: 60 }, (_, index) => ({ name: index }));
  const { client } = await serveList({
    items,
    intercept: (page) => page === 2 && items.shift() === undefined,
    client: { logLevel: 'warn', responseValidation: 'off', logger: { debug: log, info: log, warn: log, error: log } },
  });
  await collect(client.projects.list());
  expect(lines).toEqual([expect.stringMatching(/GET \/projects moved .* at 1 place/)]);
});
