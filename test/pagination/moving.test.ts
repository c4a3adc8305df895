import { expect, it } from 'vitest';
import type { Project } from '@example/sdk';
import { KnownItems } from '../../src/pagination/known-items.ts';
import { below, seeded, type Random } from '../support/random.ts';
import { collect, itReads, nameless, project, projects, serveList, type Row } from './support/list-server.ts';

// What a moving list costs, and what the program is told. moving.fuzz.test.ts shows that nothing is lost or repeated.

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const from = (first: number, last: number) => projects(last).slice(first - 1);
const ids = (items: { id: string }[]) => items.map(({ id }) => Number(id.slice('proj_'.length)));
const place = ({ id }: Project, seed: number) => Math.imul(ids([{ id }])[0]! * 2654435761, seed + 1) >>> 0;
/** Makes groups of items equal in order. Each seed orders a group differently, as PostgreSQL does for each `LIMIT`. */
const shuffle = (items: Project[], ties: number, seed: number) => {
  const group = (item: Project) => Math.floor(ids([item])[0]! / ties);
  items.sort((a, b) => group(a) - group(b) || place(a, seed) - place(b, seed));
};

/** A list of this length, and what happens to it before the n-th response. */
function moving(length: number, move: (items: Project[], n: number, perPage: number) => unknown): Row {
  const items = projects(length);
  const perPage = (url: string) => Number(new URL(url).searchParams.get('per_page'));
  return { items, before: (n, _, { url }) => void move(items, n, perPage(url)), yields: projects(length) };
}

const growing = moving(250, (items, n) => n === 2 && items.push(...from(251, 253)));

itReads('a list while %s', {
  'two items are deleted in front, as the example at the reader shows': {
    ...moving(250, (items, n) => n === 2 && items.splice(4, 2)),
    ranges: ['0-100', '99-198', '73-146', '196-294'],
  },
  'many items are deleted in front': { ...moving(2_000, (items, n) => n === 12 && items.splice(5, 700)), sent: 27 },
  'more items are created in front than a range holds, and nothing counts them': {
    ...moving(500, (items, n) => n === 2 && items.unshift(...from(501, 900))),
    meta: null,
    yields: projects(900),
    sent: 16,
    told: ['unstable-order'],
  },
  'items are deleted in front, after ranges were read ahead': {
    ...moving(1_000, (items, n) => n === 6 && items.splice(5, 30)),
    list: { prefetch: 4 },
    sent: 12,
  },
  'two items are created in front, which are not missing': {
    ...moving(250, (items, n) => n === 2 && items.unshift(project(251), project(252))),
    ranges: ['0-100', '99-198', '196-294'],
  },
  'an item moves to the front: it comes, as the count says that it is missing': {
    ...moving(301, (items, n) => n === 3 && items.unshift(...items.splice(250, 1))),
    sent: 5,
  },
  // The count is the same as if an item had moved to the front, so page 1 is read again.
  'one item is created in front of the first page, and another one deleted': {
    ...moving(250, (items, n) => n === 2 && (items.unshift(project(251)), items.splice(200, 1))),
    yields: projects(251).toSpliced(199, 1),
    ranges: ['0-100', '99-198', '196-294', '0-100'],
  },
  'its order depends on per_page': {
    ...moving(300, (items, _, perPage) => shuffle(items, Infinity, perPage)),
    sent: 7,
    told: ['unstable-order'],
  },
  'its order depends on per_page among seven equal items': {
    ...moving(2_000, (items, _, perPage) => shuffle(items, 7, perPage)),
    sent: 42,
    told: ['unstable-order'],
  },
  'items are created behind, and its count is one too many': {
    ...growing,
    meta: {
      get total_count() {
        return growing.items!.length + 1;
      },
    },
    yields: projects(253),
    told: ['count-mismatch'],
  },
  'it ends earlier, with a 404': {
    ...moving(280, (items, n) => n === 3 && (items.length = 150)),
    past: 404,
    yields: projects(198),
    sent: 5,
  },
});

it('a list that changes faster than it can be read ends, yields all it received, and tells the program', async () => {
  const items = projects(300);
  const received = new Set<number>();
  const isShown = (item: { id: string }) => received.add(ids([item])[0]!).size > 0;
  const before = (n: number) =>
    void (n > 1 && (items.splice(0, 110), items.push(...projects(300 + 110 * n).slice(-110))));
  const { client, reasons } = serveList({ items, isShown, before });
  expect(new Set(ids(await collect(client.projects.list())))).toEqual(received);
  expect(reasons).toContain('no-overlap');
});

const deleteInFront = (items: Project[], random: Random) => items.splice(0, below(random, 16));
const anywhere = (items: Project[], random: Random) => {
  for (let changes = below(random, 16); changes > 0; changes--)
    if (random() < 0.5) items.splice(below(random, items.length), 0, project(random()));
    else items.splice(below(random, items.length), 1);
};
const replaceAtEnd = (items: Project[], random: Random) =>
  items.push(...deleteInFront(items, random).map(() => project(random())));

it('2 000 items take 23 requests; while they move, at most 45, and 32 on average', async () => {
  const requestsFor = async (move: (items: Project[], random: Random) => unknown, seed: number) => {
    const [items, random] = [projects(2_000), seeded(seed)];
    const { client, requests, reasons } = serveList({ items, before: (n) => void (n > 1 && move(items, random)) });
    await client.projects.list({}, { prefetch: seed % 5 }).toArray();
    expect(reasons).toEqual([]);
    return requests.length;
  };
  for (const seed of seeds(5)) expect(await requestsFor(() => undefined, seed)).toBe(23);
  const taken: number[] = [];
  for (const move of [anywhere, deleteInFront, replaceAtEnd])
    for (const seed of seeds(10)) taken.push(await requestsFor(move, seed));
  expect(Math.max(...taken)).toBeLessThanOrEqual(45);
  expect(taken.reduce((sum, count) => sum + count, 0) / taken.length).toBeLessThanOrEqual(32);
});

it('items without an id are read as they come; an event, the log and the page say so, once', async () => {
  const lines: string[] = [];
  const log = (message: string) => lines.push(message);
  const logger = { debug: log, info: log, warn: log, error: log };
  const { client, ranges, events } = serveList({ items: nameless(250), client: { logLevel: 'warn', logger } });
  const pages = await collect(client.projects.list().pages());
  expect(pages.flatMap(({ data }) => data)).toEqual(nameless(250));
  expect(pages.map(({ unverified }) => unverified)).toEqual([undefined, 'no-overlap', 'no-overlap']);
  expect(ranges()).toEqual(['0-100', '100-200', '200-300', '300-400']);
  expect(events).toEqual([{ method: 'GET', path: '/projects', route: '/projects', reason: 'no-overlap' }]);
  expect(lines).toEqual([expect.stringMatching(/GET \/projects: .* each item .*no-overlap/)]);
});

it("a new item between two known ones doesn't change their order", () => {
  const known = new KnownItems();
  expect([known.add([1, 2]), known.add([1, 3, 2])]).toEqual([[0, 1], [1]]);
  expect(known.sharedWith([1, 3, 2])).toEqual({ index: 2, rank: 2, isOrdered: true });
});
