import { describe, expect, it } from 'vitest';
import type { Project } from '../../src/index.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { below, seeded, type Random } from '../support/random.ts';
import {
  collect,
  nameless,
  project,
  projects,
  remove,
  serveList,
  type ListServerOptions,
} from './support/list-server.ts';

// What a moving list costs, and what the program is told. moving.fuzz.test.ts shows that nothing is lost or repeated.

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const ids = (items: { id: string }[]) => items.map(({ id }) => Number(id.slice('proj_'.length)));
const sorted = (all: number[]) => all.toSorted((a, b) => a - b);
const place = (id: number, seed: number) => Math.imul(id * 2654435761, seed + 1) >>> 0;
/** Items that are equal for the order come in another one for each seed. */
const shuffle = (items: { id: string }[], seed: number) =>
  items.sort((a, b) => place(ids([a])[0]!, seed) - place(ids([b])[0]!, seed));

interface Row extends Omit<ListServerOptions, 'items' | 'before'> {
  length: number;
  /** What happens before the n-th answer. */
  moves: (items: { id: string }[], n: number, perPage: number) => unknown;
  /** The numbers that come, in any order. */
  yields: number[];
  most: number;
  ranges?: string[];
  told?: string;
  prefetch?: number;
}

const rows: Record<string, Row> = {
  'two items are deleted in front, as the example at the reader shows': {
    length: 250,
    moves: (items, n) => n === 2 && items.splice(4, 2),
    yields: numbers(1, 250),
    ranges: ['0-100', '99-198', '73-146', '186-279'],
    most: 4,
  },
  'three items are deleted in front': {
    length: 280,
    moves: (items, n) => n === 3 && items.splice(5, 3),
    yields: numbers(1, 280),
    most: 4,
  },
  'many items are deleted in front': {
    length: 2_000,
    moves: (items, n) => n === 12 && items.splice(5, 700),
    yields: numbers(1, 2_000),
    most: 30,
  },
  'more items are created in front than a range holds, and nothing counts them': {
    length: 500,
    meta: null,
    moves: (items, n) => n === 2 && items.unshift(...projects(900).slice(500)),
    yields: numbers(1, 900),
    most: 16,
    told: 'unstable-order',
  },
  'many items are created in front, long after others were read': {
    length: 3_000,
    moves: (items, n) => n === 25 && items.unshift(...projects(3_800).slice(3_000)),
    yields: numbers(1, 3_000),
    most: 60,
  },
  'items are deleted in front, after ranges were read ahead': {
    length: 1_000,
    prefetch: 4,
    moves: (items, n) => n === 6 && items.splice(5, 30),
    yields: numbers(1, 1_000),
    most: 15,
  },
  'an item moves to the front: it comes, as the count says that it is missing': {
    length: 300,
    moves: (items, n) => (n === 2 && items.push(project(301))) || (n === 3 && items.unshift(...items.splice(250, 1))),
    yields: numbers(1, 301),
    most: 10,
  },
  'the last item moves to the front, without a count': {
    length: 300,
    meta: null,
    moves: (items, n) => n === 2 && items.unshift(...items.splice(-1)),
    yields: numbers(1, 300),
    most: 10,
  },
  'the order depends on per_page': {
    length: 300,
    moves: (items, _, perPage) => shuffle(items, perPage),
    yields: numbers(1, 300),
    most: 12,
    told: 'unstable-order',
  },
  'it ends earlier, with a 404': {
    length: 280,
    past: 404,
    moves: (items, n) => n === 3 && (items.length = 150),
    yields: numbers(1, 198),
    most: 5,
  },
};

it.each(Object.entries(rows))(
  'a list while %s',
  async (_, { length, moves, yields, most, told, prefetch, ranges = [], ...server }) => {
    const items = projects(length);
    const before = (n: number, _: number, { url }: { url: string }) =>
      void moves(items, n, Number(new URL(url).searchParams.get('per_page')));
    const { client, requests, reasons, ...api } = serveList({ ...server, items, before });
    expect(sorted(ids(await collect(client.projects.list({}, { prefetch }))))).toEqual(yields);
    expect(api.ranges()).toEqual(ranges.length > 0 ? ranges : api.ranges());
    expect(requests.length).toBeLessThanOrEqual(most);
    expect(reasons).toEqual(told ? [told] : []);
  },
);

it('a list in another order for each request can not be read wholly, and the program is told', async () => {
  const items = projects(300);
  const { client, reasons } = serveList({ items, before: (n) => void shuffle(items, n) });
  const seen = ids(await collect(client.projects.list()));
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBeLessThan(300);
  expect(reasons).toEqual(['unstable-order']);
});

it('a list that changes faster than it can be read ends, all that was received is yielded, and the program is told', async () => {
  const items = projects(300);
  const received = new Set<number>();
  const isShown = (item: { id: string }) => received.add(ids([item])[0]!);
  const before = (n: number) =>
    void (n > 1 && (items.splice(0, 110), items.push(...projects(300 + 110 * n).slice(-110))));
  const { client, reasons } = serveList({ items, isShown: isShown as never, before });
  expect(sorted(ids(await collect(client.projects.list())))).toEqual(sorted([...received]));
  expect(reasons).toEqual(['no-overlap']);
});

it('after eight requests without progress, numbered pages are read', async () => {
  const items = projects(3_000);
  const before = (n: number) => void (n > 1 && items.splice(0, 3_000, ...projects(3_000 * n).slice(-3_000)));
  const { client, ranges, reasons } = serveList({ items, before });
  const pages = client.projects.list({ page: 3, per_page: 100 }).pages();
  while (reasons.length === 0) await pages.next();
  expect(ranges().slice(0, 5)).toEqual(['200-300', '297-396', '273-364', '249-332', '200-300']);
  expect(ranges().slice(-2)).toEqual(['0-100', '300-400']);
  expect(ranges()).toHaveLength(11);
});

it('an item created in front of the first page, and one deleted, are not missing items', async () => {
  const items = projects(250);
  const before = (n: number) => void (n === 2 && (items.unshift(project(251)), items.splice(200, 1)));
  const { client, reasons, ranges } = serveList({ items, before });
  expect(sorted(ids(await collect(client.projects.list())))).toEqual(numbers(1, 251).filter((id) => id !== 200));
  // The count doesn't tell them from an item that moved to the front, so page 1 is read again.
  expect(ranges().at(-1)).toBe('0-100');
  expect(reasons).toEqual([]);
});

const moves: Record<string, (items: Project[], random: Random) => unknown> = {
  'while nothing changes': () => undefined,
  'while up to 15 are created or deleted before each response': (items, random) => {
    for (let changes = below(random, 16); changes > 0; changes--) {
      if (random() < 0.5) items.splice(below(random, items.length), 0, project(random()));
      else items.splice(below(random, items.length), 1);
    }
  },
  'while up to 15 are deleted in front': (items, random) => items.splice(0, below(random, 16)),
};
it.each(Object.entries(moves))('2 000 items are read %s', async (name, move) => {
  const taken: number[] = [];
  for (let seed = 0; seed < 10; seed++) {
    const [items, random] = [projects(2_000), seeded(seed)];
    const { client, requests, reasons } = serveList({ items, before: (n) => void (n > 1 && move(items, random)) });
    await client.projects.list({}, { prefetch: seed % 5 }).toArray();
    taken.push(requests.length);
    expect(reasons).toEqual([]);
  }
  const isAtRest = name === 'while nothing changes';
  expect(Math.max(...taken)).toBeLessThanOrEqual(isAtRest ? 23 : 45);
  expect(taken.reduce((sum, count) => sum + count, 0) / taken.length).toBeLessThanOrEqual(isAtRest ? 23 : 32);
});

it('a list whose items leave it as they are worked off is worked off wholly', async () => {
  const items = projects(1000);
  const { client, requests } = serveList({ items });
  const done = new Set<string>();
  for await (const { id } of client.projects.list()) {
    done.add(id);
    remove(items, id);
  }
  expect(done.size).toBe(1000);
  expect(requests.length).toBeLessThanOrEqual(2 * 10 + 2);
});

it('a walk that starts further on yields nothing from in front of its start', async () => {
  const items = projects(500);
  const before = (n: number) => void (n === 2 ? items.splice(0, 65) : n === 4 && items.splice(100, 200));
  const { client } = serveList({ items, before });
  const found = ids(await collect(client.projects.list({ page: 6, per_page: 20 })));
  expect(found.filter((id) => id <= 100)).toEqual([]);
  expect(found).toEqual(expect.arrayContaining(numbers(401, 500)));
  expect(new Set(found).size).toBe(found.length);
});

describe('items without an id are read as they come', () => {
  it('and an event and the log say that this is not verified', async () => {
    const lines: string[] = [];
    const log = (message: string) => lines.push(message);
    const logger = { debug: log, info: log, warn: log, error: log };
    const { client, ranges, events } = serveList({ items: nameless(250), client: { logLevel: 'warn', logger } });
    expect(await collect(client.projects.list())).toEqual(nameless(250));
    expect(ranges()).toEqual(['0-100', '100-200', '200-300', '300-400']);
    expect(events).toEqual([{ method: 'GET', path: '/projects', route: '/projects', reason: 'no-overlap' }]);
    expect(lines).toEqual([expect.stringMatching(/GET \/projects: .* each item .*no-overlap/)]);
  });

  it('and so does a page, before the loop is left', async () => {
    const { client, events } = serveList({ items: nameless(250) });
    const reasons: unknown[] = [];
    for await (const page of client.projects.list().pages()) if (reasons.push(page.unverified) === 2) break;
    expect(reasons).toEqual([undefined, 'no-overlap']);
    expect(events).toHaveLength(1);
  });
});

it('a range that is read again and fails has a cursor, too', async () => {
  const items = projects(160);
  // The second range shares nothing then with the first.
  const before = (n: number) => (n === 3 ? errorResponse(500) : void (n === 2 && items.splice(0, 10)));
  const { client } = serveList({ items, before });
  const seen: unknown[] = [];
  const loop = async () => {
    for await (const item of client.projects.list()) seen.push(item);
  };
  const error = await loop().catch((error: unknown) => error as { status: number; cursor: string });
  expect(error).toMatchObject({ status: 500 });
  expect(seen).toEqual(projects(100));
  expect(await collect(client.projects.list({}, { cursor: error!.cursor }))).toEqual(projects(160).slice(100));
});

// Main street, row 12: a sync that goes on from its cursor each time it was killed.
it.each(['created_at', 'created_at, newest first', 'updated_at'])(
  'a sync of 5 000 items by %s, killed six times, while items come and go',
  async (order) => {
    const random = seeded(12);
    const isNewestFirst = order !== 'created_at';
    const items = projects(5_000);
    const initial = ids(items);
    let created = 5_000;
    const gone = new Set<number>();
    const add = (item: Project) => (isNewestFirst ? items.unshift(item) : items.push(item));
    const before = () => {
      // One response sees a creation, the next a deletion.
      if (random() < 0.5) add(project(++created));
      else if (order !== 'updated_at') gone.add(ids(items.splice(below(random, items.length), 1))[0]!);
      else add(items.splice(below(random, items.length), 1)[0]!);
    };
    const server = serveList({ items, before });
    const saved: number[] = [];
    let cursor: string | undefined;
    for (let run = 0; run <= 6; run++) {
      let pages = 0;
      for await (const page of server.client.projects.list({}, { cursor, prefetch: 2 }).pages()) {
        // Killed before the page is saved.
        if (run < 6 && ++pages > 8) break;
        saved.push(...ids(page.data));
        ({ cursor } = page);
      }
    }
    const missing = initial.filter((id) => !gone.has(id) && !saved.includes(id));
    const twice = saved.length - new Set(saved).size;
    if (order === 'updated_at') expect(server.reasons).toContain('count-mismatch');
    else expect({ missing, twice, told: server.reasons }).toEqual({ missing: [], twice: 0, told: [] });
  },
);
