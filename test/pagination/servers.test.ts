import { describe, expect, it } from 'vitest';
import {
  BadRequestError,
  UnprocessableEntityError,
  type ListOptions,
  type ProjectListParams,
} from '../../src/index.ts';
import { rejection } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { collect, nameless, project, projects, serveList, type ListServerOptions } from './support/list-server.ts';

// What reading costs on each kind of server, and what the program is told. moving.fuzz.test.ts shows that nothing is lost or repeated.

interface Row extends Omit<ListServerOptions, 'items'> {
  items?: unknown[];
  list?: ProjectListParams & ListOptions;
  /** What an iteration yields. Default: all items. */
  yields?: unknown[];
  /** The requests of an iteration, or the most of them. */
  ranges?: string[];
  most?: number;
  /** Whether the list is awaited first. */
  awaited?: true;
  /** Why the program is told that the list isn't verified. Default: it isn't told. */
  told?: string;
}

const upTo = (most: number) => (asked: number) => Math.min(asked, most);
const atMost = (most: number) => (asked: number) => (asked > most ? undefined : asked);
const allowed = (asked: number) => [10, 20, 50, 100].includes(asked);
const noMeta = { meta: null };
const noCount = { total_count: undefined };
const noPages = { total_pages: undefined };
const each20 = { sizeOf: () => 20 };
const plain = (length: number, size: number) =>
  Array.from({ length: Math.ceil(length / size) }, (_, page) => `${page * size}-${(page + 1) * size}`);
const filtered = {
  items: projects(1000),
  isShown: ({ id }: { id: string }) => !/_(1[5-9]\d|[2-7]\d\d|8[0-4]\d)$/.test(id),
};
const shown = filtered.items.filter(filtered.isShown);

const rows: Record<string, Row> = {
  // Sizes
  'sends 50 at most: that size is kept in this walk': {
    sizeOf: upTo(50),
    items: projects(200),
    ranges: ['0-100', '49-98', '96-144', '141-188', '184-230'],
  },
  'sends 11 at most, which is enough to overlap': { sizeOf: upTo(11), items: projects(200) },
  'refuses more than 20 with 400': {
    sizeOf: atMost(20),
    ranges: ['0-100', '0-20', '19-38', '36-54', '51-68'],
    items: projects(60),
  },
  'refuses more than 20 with 422, also the 50 that are asked for': {
    sizeOf: atMost(20),
    refusal: 422,
    items: projects(130),
    list: { page: 2, per_page: 50 },
    yields: projects(130).slice(40),
    ranges: ['50-100', '40-60', '57-76', '72-90', '85-102', '100-120', '119-136'],
  },
  'always sends 20': { ...each20, items: projects(400), most: 40, told: 'no-overlap' },
  'refuses other sizes than some': {
    sizeOf: (asked) => (allowed(asked) ? asked : undefined),
    items: projects(400),
    most: 40,
    told: 'no-overlap',
  },
  'sends 20 if it does not like the size': {
    sizeOf: (asked) => (allowed(asked) ? asked : 20),
    items: projects(400),
    ranges: ['0-100', '99-198', '198-297', ...plain(500, 100).slice(1)],
    told: 'no-overlap',
  },
  'sends 12 by default': {
    awaited: true,
    defaultSize: 12,
    items: projects(35),
    ranges: ['0-12', '11-22', '20-30', '24-36'],
  },
  ...Object.fromEntries(
    [12, 15].flatMap((defaultSize) =>
      [noPages, { ...noPages, ...noCount }].map((meta): [string, Row] => [
        `sends ${defaultSize} by default, and says ${Object.keys(meta).length} things less`,
        { awaited: true, defaultSize, meta, items: projects(101) },
      ]),
    ),
  ),
  'sends 25 by default': { awaited: true, defaultSize: 25, items: projects(120), most: 6 },
  'sends 50 by default, without ids': {
    awaited: true,
    defaultSize: 50,
    items: nameless(120),
    most: 4,
    told: 'no-overlap',
  },
  'sends 10 by default, without ids and meta': {
    awaited: true,
    defaultSize: 10,
    ...noMeta,
    items: nameless(19),
    told: 'no-overlap',
  },

  // What comes behind the end
  ...Object.fromEntries(
    [400, 422].flatMap((past) =>
      Object.entries<[object, string | undefined]>({
        'counts right': [{}, undefined],
        'counts too many': [{ total_count: 45 }, 'count-mismatch'],
        'counts far too many': [{ total_count: 400 }, 'count-mismatch'],
        'announces a page too many': [{ total_count: 45, total_pages: 3 }, 'count-mismatch'],
        'says nothing of its length': [{ ...noPages, ...noCount }, undefined],
        'has only total_count': [noPages, undefined],
        'has only total_pages, one too many': [{ ...noCount, total_pages: 3 }, undefined],
      }).flatMap(([name, [meta, told]]): [string, Row][] => [
        [`${past} past the end, ${name}`, { past, meta, sizeOf: upTo(20), items: projects(40), ...(told && { told }) }],
        [
          `${past} past the end, ${name}, always 20`,
          { past, meta, ...each20, items: projects(40), list: { per_page: 5 }, told: 'no-overlap' },
        ],
      ]),
    ),
  ),
  'always sends 100, and 404 past the end': { past: 404, sizeOf: () => 100, items: projects(99), most: 1 },
  'always sends 25, counts one too many, and 404 past the end': {
    past: 404,
    sizeOf: () => 25,
    items: projects(37),
    meta: { total_count: 38 },
    most: 15,
    told: '*',
  },
  'sends its last page again past the end': {
    past: 'last page',
    meta: noPages,
    items: projects(2_001),
    most: 23 + 22,
    told: 'no-overlap',
  },

  // What it says
  ...Object.fromEntries(
    [0, 1, 2, 3].map((total_pages): [string, Row] => [
      `says ${total_pages} pages`,
      { meta: { total_pages }, items: projects(280), ranges: ['0-100', '99-198', '196-294'] },
    ]),
  ),
  ...Object.fromEntries(
    [undefined, 'five', 2.5, -1].map((total_pages): [string, Row] => [
      `says ${total_pages} pages: the one behind the end is read`,
      { meta: { total_pages }, items: projects(280), ranges: ['0-100', '99-198', '196-294', '294-392'] },
    ]),
  ),
  ...Object.fromEntries(
    [null, { total_count: -1 }].map((meta): [string, Row] => [
      `has the meta ${JSON.stringify(meta)}: no page is read ahead`,
      { meta, items: projects(245), list: { prefetch: 8 }, ranges: ['0-100', '99-198', '196-294', '294-392'] },
    ]),
  ),
  'says 1 000 pages': { meta: { total_pages: 1_000 }, items: projects(280), most: 110, told: 'no-overlap' },
  'counts none of 245': { meta: { total_count: 0 }, items: projects(245), most: 4 },
  'counts one of 245 too many': { meta: { total_count: 246 }, items: projects(245), most: 8, told: 'count-mismatch' },
  'has only total_pages, after an awaited short page': {
    awaited: true,
    meta: noCount,
    items: projects(45),
    list: { page: 3 },
    yields: projects(45).slice(40),
    ranges: ['40-60', '60-80'],
  },
  ...Object.fromEntries(
    [undefined, 20, 50, 100].flatMap((per_page) =>
      [{}, noCount].map((meta): [string, Row] => [
        `filters pages after cutting them, per_page ${per_page}, ${Object.keys(meta).join()}`,
        { ...filtered, meta, list: { per_page }, yields: shown, told: '*' },
      ]),
    ),
  ),
  'filters, and announces pages without end': {
    ...filtered,
    yields: shown,
    meta: { ...noCount, total_pages: 1e9 },
    most: 999,
    told: '*',
  },

  // Items
  'ignores page': { ignoresPage: true, items: projects(100), most: 11, told: '*' },
  'ignores page, and has two items without an id': {
    ignoresPage: true,
    ...noMeta,
    items: nameless(2),
    most: 5,
    told: '*',
  },
  'has items of all kinds': {
    items: [{ name: 'a' }, null, 7, 'text', { id: null }, { id: { nested: true } }, ['x']],
    list: { per_page: 2 },
    told: 'no-overlap',
  },
  'has an item twice in a row': {
    items: [project(1), ...projects(4)],
    yields: projects(4),
    most: 3,
    told: 'count-mismatch',
  },
  'has an item twice, far from each other': {
    items: [...projects(120), project(7), ...projects(250).slice(120)],
    yields: projects(250),
    told: 'unstable-order',
  },
  'has ids that are numbers and texts': { items: [{ id: 1 }, { id: '1' }, { id: 2 }] },
};

it.each(Object.entries(rows))(
  'a server that %s',
  async (_, { list = {}, yields, ranges, most, told, awaited, ...server }) => {
    const items = server.items ?? projects(200);
    const { prefetch, ...params } = list;
    const api = serveList({ ...server, items });
    const promise = api.client.projects.list(params, { prefetch });
    expect(await collect<unknown>(awaited ? await promise : promise)).toEqual(yields ?? items);
    if (ranges) expect(api.ranges()).toEqual(ranges);
    expect(api.requests.length).toBeLessThanOrEqual(most ?? Infinity);
    expect(api.reasons).toEqual(told === '*' ? [expect.any(String)] : told ? [told] : []);
    if (!awaited) expect(await api.client.projects.list(params).toArray()).toEqual(yields ?? items);
  },
);

describe('a refusal is the failure of the list', () => {
  it('if the documented size is refused, too', async () => {
    const { client, ranges } = serveList({ items: [], before: () => errorResponse(400) });
    expect(await rejection(collect(client.projects.list()))).toBeInstanceOf(BadRequestError);
    expect(ranges()).toEqual(['0-100', '0-20']);
  });

  it('in the middle of a list, if the size that was accepted before is refused, too', async () => {
    const before = (_: number, page: number) => page === 2 && errorResponse(422);
    const { client, ranges } = serveList({ items: projects(300), before });
    expect(await rejection(collect(client.projects.list()))).toBeInstanceOf(UnprocessableEntityError);
    expect(ranges()).toEqual(['0-100', '99-198', '100-200']);
  });

  it.each([{}, noPages, noCount])('if meta announces more: %o', async (meta) => {
    const before = (_: number, page: number) => page >= 3 && errorResponse(400);
    const { client } = serveList({ items: projects(80), ...each20, meta, before });
    expect(await rejection(client.projects.list({ per_page: 20 }).toArray())).toBeInstanceOf(BadRequestError);
  });

  it('if it is that of the first page, also when a cursor leads back to it', async () => {
    let isBroken = false;
    const { client } = serveList({ items: projects(40), before: () => isBroken && errorResponse(422) });
    const { cursor } = await client.projects.list();
    isBroken = true;
    for (const list of [client.projects.list(), client.projects.list({}, { cursor })])
      expect(await rejection(list.toArray())).toBeInstanceOf(UnprocessableEntityError);
  });

  it('and so is a page whose items are no list', async () => {
    const { client } = serveList({
      items: [],
      before: () => Response.json({ data: { '0': project(1) } }),
      client: { responseValidation: 'warn' },
    });
    expect(await rejection(client.projects.list())).toMatchObject({ issues: [{ path: ['data'] }, { path: ['meta'] }] });
  });

  it('if it is that of the size of an awaited page', async () => {
    const { client } = serveList({ items: projects(60), sizeOf: atMost(20), refusal: 422 });
    expect(await rejection(client.projects.list({ per_page: 50 }))).toBeInstanceOf(UnprocessableEntityError);
  });
});
