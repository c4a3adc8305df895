import { expect, it } from 'vitest';
import { Client, type FetchInit, type ListPromise } from '@example/sdk';
import { plainLoop } from '../reference/plain-loop.ts';
import { fuzzing } from '../support/fuzz.ts';
import { below, pick, seeded, type Random } from '../support/random.ts';
import { serveList, type ListServerOptions } from './support/list-server.ts';

// Any list, on any server, that moves in any way, read in any way: what stays in it comes once, or the program is told.

interface Item {
  id?: string | number;
  name: number;
}

const upTo = (most: number) => (asked: number) => Math.min(asked, most);
/** Servers on which nothing may be lost, and nothing reported. */
const exact: Record<string, ListServerOptions['sizeOf']> = {
  'any size': (asked) => asked,
  ...Object.fromEntries([100, 50, 25, 20].map((most) => [`at most ${most}`, upTo(most)])),
};
const sizes: typeof exact = {
  ...exact,
  'at most 10': upTo(10),
  'some sizes': (asked) => ([10, 20, 50, 100].includes(asked) ? asked : 20),
  'always 20': () => 20,
};
const metas: Record<string, ListServerOptions['meta']> = {
  counted: {},
  'not counted': { total_count: undefined, total_pages: undefined },
  'no meta': null,
  'one page too few': { total_count: undefined, total_pages: 0 },
  'a count of 0': { total_count: 0 },
};
const ends = [undefined, undefined, 404, 422, 'last page'] as const;
const ids = ['text', 'text', 'number', 'none'] as const;

type Move = (items: Item[], random: Random, most: number, create: (count: number) => Item[]) => void;
const at = (items: Item[], place: number) => Math.round(place * items.length);
const churn =
  (place: (random: Random) => number): Move =>
  (items, random, most, create) => {
    for (let times = below(random, most + 1); times > 0; times--)
      items.splice(at(items, place(random)), 0, ...create(1));
    for (let times = below(random, most + 1); times > 0; times--) items.splice(at(items, place(random)), 1);
  };
const moves: Record<string, Move> = {
  'at rest': () => undefined,
  'at its front': churn(() => 0),
  'in its middle': churn(() => 0.5),
  everywhere: churn((random) => random()),
  'only deletions': (items, random, most) =>
    items.splice(at(items, pick(random, [0, random()])), below(random, most + 1)),
  'at its end': (items, random, most, create) => items.push(...create(below(random, most + 1))),
  'from its front to its end': (items, random, most, create) =>
    items.push(...create(items.splice(0, below(random, most + 1)).length)),
  'by many at once': (items, random, _, create) => {
    const place = at(items, pick(random, [0, 1, random()]));
    if (random() > 0.15) return;
    if (random() < 0.5) items.splice(place, 0, ...create(below(random, 120)));
    else items.splice(place, below(random, 120));
  },
};

const ways = ['for await', 'prefetch', 'per_page', 'toArray', 'getNextPage', 'resumed', 'resumed, prefetch'];

/** Reads a list in one way. `list` creates a new client each time. */
async function read(way: string, list: (options: object) => ListPromise<Item>, random: Random): Promise<Item[]> {
  const seen: Item[] = [];
  const per_page = way === 'per_page' ? pick(random, [20, 37, 50]) : undefined;
  const options = { query: { per_page }, prefetch: way.includes('prefetch') ? pick(random, [1, 4, 8]) : undefined };
  if (way === 'toArray') return list(options).toArray();
  if (way === 'getNextPage') {
    let page = await list({});
    seen.push(...page.data);
    while (page.hasNextPage()) seen.push(...(page = await page.getNextPage()).data);
  } else if (way.startsWith('resumed')) {
    for (let cursor: string | undefined, isStopped = true; isStopped;) {
      isStopped = false;
      for await (const page of list({ ...options, cursor }).pages()) {
        seen.push(...page.data);
        ({ cursor } = page);
        isStopped = page.data.length > 0 && random() < 0.5;
        if (isStopped) break;
      }
    }
  } else for await (const item of list(options)) seen.push(item);
  return seen;
}

/** What is wrong with the walk that the seed determines: an empty list, or lines that describe it. */
async function faults(seed: number): Promise<string[]> {
  const random = seeded(seed);
  const anyOf = (of: object) => pick(random, Object.keys(of));
  const [size, meta, move, way] = [anyOf(sizes), anyOf(metas), anyOf(moves), pick(random, ways)];
  const [past, id] = [pick(random, ends), pick(random, ids)];
  const length = pick(random, [0, 1, 10, 20, 21, 40, 99, 100, 101, 130, 230, 230, 400, 1_000]);
  let created = 0;
  const create = (count: number) =>
    Array.from({ length: count }, (): Item => {
      const name = created++;
      return { ...(id !== 'none' && { id: id === 'text' ? `id_${name}` : name }), name };
    });
  const items = create(length);
  const initial = [...items];
  const asked = way === 'per_page' || way === 'getNextPage' ? 20 : 100;
  const least = Math.max(1, Math.ceil(length / Math.min(asked, sizes[size]!(100)!)));
  const most = Math.floor(Math.min(0.15 * Math.max(length, 7), 3));
  const before = (n: number) => {
    if (n > 10 * (2 * least + 10)) throw new TypeError('There were far too many requests.');
    if (n > 1 && n < least + 5) moves[move]!(items, random, most, create);
  };
  const kind: ListServerOptions = { items, sizeOf: sizes[size]!, meta: metas[meta]!, past: past!, before };
  const { fetch, requests } = serveList(kind);
  const told: string[] = [];
  const list = (options: object) => {
    const client = new Client({ apiToken: 'token', fetch, rateLimit: false, maxRetries: 0, logLevel: 'off' });
    client.on('listUnverified', ({ reason }) => told.push(reason));
    return client.list<Item>('/things', { responseValidation: 'off', ...options });
  };
  let error: Error | undefined;
  const seen = (await read(way, list, random).catch((thrown: unknown) => void (error = thrown as Error))) ?? [];

  const isAtRest = move === 'at rest';
  const isBurst = move === 'by many at once';
  const isResumed = way.startsWith('resumed');
  const isDocumented = size in exact && meta === 'counted' && (past === undefined || past === 404) && id !== 'none';
  const isExact = isDocumented && !isBurst;
  const isTold = told.length > 0;
  const names = seen.map(({ name }) => name);
  const lost = initial.filter((item) => items.includes(item) && !names.includes(item.name));
  const found: string[] = [];
  if (error && (isAtRest || (isExact && !isResumed))) found.push(`threw ${error.message}`);
  const mayDouble = (!isAtRest && isTold && !isExact) || (isResumed && (isTold || isBurst));
  if (new Set(names).size < names.length && !mayDouble) found.push('doubled');
  // A server without a count seems to end anywhere if its total_pages is wrong and it refuses pages past the end.
  const isMisled = way === 'getNextPage' || (past === 422 && meta === 'one page too few');
  if (!error && lost.length > 0 && !isTold && !isMisled) found.push(`lost ${lost.length} silently`);
  if (isExact && lost.length > 0) found.push(`lost ${lost.length}`);
  // When resuming, a creation and a deletion between two requests look like a missing item, as the guide says.
  const isKnown = isResumed && !isAtRest && told.every((reason) => reason === 'count-mismatch');
  if (isExact && isTold && !isKnown) found.push(`told for nothing: ${told.join()}`);
  if (isExact && !isResumed && requests.length > 3 * least + 20)
    found.push(`${requests.length} requests, not ${least}`);
  if (isAtRest && lost.length > 0) {
    const plain = serveList({ ...kind, before: () => undefined });
    const page = async (number: number) => {
      const url = `http://localhost/things?page=${number}&per_page=20`;
      // The server only reads the URL.
      const response = (await plain.fetch(url, {} as FetchInit)) as Response;
      return response.ok ? ((await response.json()) as { data: Item[] }) : undefined;
    };
    const missed = (await plainLoop(page)).filter(({ name }) => !names.includes(name));
    if (missed.length > 0) found.push(`${missed.length} fewer than the plain loop`);
  }
  const walk = `${size}, ${meta}, ${past}, ids ${id} | ${move} | ${way} | ${length} items | seed ${seed}`;
  return found.map((fault) => `${fault} | ${walk}`);
}

const { numRuns = 300, seed = Math.floor(Math.random() * 2 ** 31) } = fuzzing();

it('a list keeps its promises on servers of all kinds, while it moves', async () => {
  const found: string[] = [];
  for (let each = seed; each < seed + Math.min(numRuns, 100_000); each++) found.push(...(await faults(each)));
  expect(found).toEqual([]);
});
