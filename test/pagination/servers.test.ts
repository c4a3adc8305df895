import { expect, it } from 'vitest';
import { rejection } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { nameless, project, projects, serveList } from './support/list-server.ts';
import { itReads, type Row } from './support/rows.ts';

// What reading costs on each kind of server, and what the program is told. moving.fuzz.test.ts shows that nothing is lost or repeated.

const upTo = (most: number) => (asked: number) => Math.min(asked, most);
const atMost = (most: number) => (asked: number) => (asked > most ? undefined : asked);
const allowed = (asked: number) => [10, 20, 50, 100].includes(asked);
const noCount = { total_count: undefined };
const noPages = { total_pages: undefined };
const each20 = { sizeOf: () => 20 };
const plain = (length: number, size: number) =>
  Array.from({ length: Math.ceil(length / size) }, (_, page) => `${page * size}-${(page + 1) * size}`);
const filtered = {
  items: projects(1000),
  isShown: ({ id }: { id: string }) => !/_(1[5-9]\d|[2-7]\d\d|8[0-4]\d)$/.test(id),
};
const shown = { ...filtered, yields: filtered.items.filter(filtered.isShown) };
/** A row for each of some values. */
const each = <T>(values: readonly T[], row: (value: T) => [name: string, row: Row]) =>
  Object.fromEntries(values.map(row));
const refuseFrom = (first: number, status: number) => (_: number, page: number) =>
  page >= first && errorResponse(status);
const statuses = [400, 404, 422];

const sizes: Record<string, Row> = {
  'sends what is asked for, at most 10': { list: { per_page: 10, prefetch: 8 }, sent: 32 },
  'sends 50 at most: that size is kept in this walk': {
    sizeOf: upTo(50),
    ranges: ['0-100', '49-98', '96-144', '141-188', '184-230'],
  },
  'sends 11 at most, which is enough to overlap': { sizeOf: upTo(11) },
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
  'always sends 20': { ...each20, items: projects(400), sent: 22, told: ['no-overlap'] },
  'refuses other sizes than some': {
    sizeOf: (asked) => (allowed(asked) ? asked : undefined),
    items: projects(400),
    sent: 6,
    told: ['no-overlap'],
  },
  'sends 20 if it does not like the size': {
    sizeOf: (asked) => (allowed(asked) ? asked : 20),
    items: projects(400),
    ranges: ['0-100', '99-198', '198-297', ...plain(500, 100).slice(1)],
    told: ['no-overlap'],
  },
  ...each([noPages, { ...noPages, ...noCount }], (meta) => [
    `sends 15 by default, and says ${Object.keys(meta).length} things less`,
    { awaited: true, defaultSize: 15, meta, items: projects(101) },
  ]),
  'sends 25 by default': { awaited: true, defaultSize: 25, items: projects(120), sent: 6 },
  'sends 50 by default, without ids': {
    awaited: true,
    defaultSize: 50,
    items: nameless(120),
    sent: 4,
    told: ['no-overlap'],
  },
};

const ends: Record<string, Row> = {
  ...each(
    statuses.flatMap((past) =>
      Object.entries<[meta: object, Pick<Row, 'told'>?, always20?: Pick<Row, 'told' | 'throws'>]>({
        'counts right': [{}],
        'counts too many': [
          { total_count: 45 },
          { told: ['count-mismatch'] },
          { told: ['no-overlap', 'count-mismatch'] },
        ],
        'announces a page too many': [
          { total_count: 45, total_pages: 3 },
          { told: ['count-mismatch'] },
          { throws: past },
        ],
        'says nothing of its length': [{ ...noPages, ...noCount }],
        'has only total_count': [noPages],
        'has only total_pages, one too many': [{ ...noCount, total_pages: 3 }, {}, { throws: past }],
      }).flatMap(([name, [meta, told, always20]]): [string, Row][] => [
        [name, { past, meta, sizeOf: upTo(20), ...told }],
        [`${name}, always 20`, { past, meta, ...each20, list: { per_page: 5 }, told: ['no-overlap'], ...always20 }],
      ]),
    ),
    ([name, row]) => [`answers ${String(row.past)} past the end, ${name}`, { ...row, items: projects(40) }],
  ),
  'counts 100 too many, and answers 404 past the end': {
    past: 404,
    meta: { total_count: 250, total_pages: 3 },
    items: projects(150),
    told: ['count-mismatch'],
  },
  'always sends 100, and 404 past the end': { past: 404, sizeOf: () => 100, items: projects(99), sent: 1 },
  'sends its last page again past the end': {
    past: 'last page',
    meta: noPages,
    items: projects(2_001),
    sent: 45,
    told: ['no-overlap'],
  },
  ...each([0, 1, 2, 3], (total_pages) => [
    `says ${total_pages} pages`,
    { meta: { total_pages }, items: projects(280), ranges: ['0-100', '99-198', '196-294'] },
  ]),
  ...each([undefined, 'five', 2.5, -1], (total_pages) => [
    `says ${total_pages} pages: the one behind the end is read`,
    { meta: { total_pages }, items: projects(280), ranges: ['0-100', '99-198', '196-294', '294-392'] },
  ]),
  ...each([null, { total_count: -1 }], (meta) => [
    `has the meta ${JSON.stringify(meta)}: no page is read ahead`,
    { meta, items: projects(245), list: { prefetch: 8 }, ranges: ['0-100', '99-198', '196-294', '294-392'] },
  ]),
  'says 1 000 pages': { meta: { total_pages: 1_000 }, items: projects(280), sent: 107, told: ['no-overlap'] },
  'counts none of 245': { meta: { total_count: 0 }, items: projects(245), sent: 4 },
  'counts one of 245 too many': {
    meta: { total_count: 246 },
    items: projects(245),
    sent: 8,
    told: ['count-mismatch'],
  },
  'has only total_pages, after an awaited short page': {
    awaited: true,
    meta: noCount,
    items: projects(45),
    list: { page: 3 },
    yields: projects(45).slice(40),
    ranges: ['40-60', '60-80'],
  },
  ...each([undefined, 20, 50, 100], (per_page) => [
    `filters pages after cutting them, per_page ${per_page}`,
    { ...shown, list: { per_page }, told: ['no-overlap', 'count-mismatch'] },
  ]),
  ...each([undefined, 20, 50, 100], (per_page) => [
    `filters pages after cutting them, per_page ${per_page}, and does not count`,
    { ...shown, meta: noCount, list: { per_page }, told: ['no-overlap'] },
  ]),
  'filters, and announces pages without end': {
    ...shown,
    meta: { ...noCount, total_pages: 1e9 },
    sent: 115,
    told: ['no-overlap'],
  },
};

const items: Record<string, Row> = {
  'ignores page': { ignoresPage: true, items: projects(100), sent: 11, told: ['no-overlap'] },
  'has items of all kinds': {
    items: [{ name: 'a' }, null, 7, 'text', { id: null }, { id: { nested: true } }, ['x']],
    list: { per_page: 2 },
    told: ['no-overlap'],
  },
  'has an item twice in a row': {
    items: [project(1), ...projects(4)],
    yields: projects(4),
    sent: 3,
    told: ['count-mismatch'],
  },
  'has an item twice, far from each other': {
    items: [...projects(120), project(7), ...projects(250).slice(120)],
    yields: projects(250),
    told: ['unstable-order', 'count-mismatch'],
  },
  'has ids that are numbers and texts': { items: [{ id: 1 }, { id: '1' }, { id: 2 }] },
};

itReads('a server that %s', { ...sizes, ...ends, ...items });

itReads('a server that refuses %s fails the list, after the items before', {
  'all sizes with 400': { before: refuseFrom(1, 400), yields: [], throws: 400, ranges: ['0-100', '0-20'] },
  'page 2, also at the size that it accepted': {
    before: refuseFrom(2, 422),
    yields: projects(100),
    throws: 422,
    ranges: ['0-100', '99-198', '100-200'],
  },
  'the size of an awaited page': { awaited: true, sizeOf: atMost(20), list: { per_page: 50 }, yields: [], throws: 400 },
  ...each(statuses, (status) => [
    `its last page with ${status}, as page 3 is of each size`,
    {
      items: projects(250),
      before: refuseFrom(3, status),
      yields: projects(200),
      throws: status,
      told: ['no-overlap'],
    },
  ]),
  ...each([{}, noPages, noCount], (meta) => [
    `a page that meta announces without ${Object.keys(meta).join()}`,
    {
      items: projects(80),
      ...each20,
      meta,
      before: refuseFrom(3, 400),
      yields: projects(40),
      throws: 400,
      told: ['no-overlap'],
    },
  ]),
});

it('a page whose items are no list fails', async () => {
  const before = () => Response.json({ data: { '0': project(1) } });
  const { client } = serveList({ items: [], before, client: { responseValidation: 'warn' } });
  expect(await rejection(client.projects.list())).toMatchObject({ issues: [{ path: ['data'] }, { path: ['meta'] }] });
});
