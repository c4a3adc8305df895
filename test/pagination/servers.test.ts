import { expect, it } from 'vitest';
import { rejection } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { itReads, nameless, project, projects, serveList, type Row } from './support/list-server.ts';

// What reading from each kind of server costs, and what the program is told. moving.fuzz.test.ts shows the rest.

const upTo = (most: number) => (asked: number) => Math.min(asked, most);
const atMost = (most: number) => (asked: number) => (asked > most ? undefined : asked);
const only = (asked: number) => ([10, 20, 50, 100].includes(asked) ? asked : undefined);
const noCount = { total_count: undefined };
const noPages = { total_pages: undefined };
const none = { ...noPages, ...noCount };
/** The list is read with a plain loop. */
const plain: Row = { told: ['no-overlap'] };
const missing: Row = { told: ['count-mismatch'] };
const plainMissing: Row = { told: ['no-overlap', 'count-mismatch'] };
const each20: Row = { sizeOf: () => 20, ...plain };
const isShown = ({ id }: { id: string }) => !/_(?:1[5-9]\d|[2-7]\d\d|8[0-4]\d)$/.test(id);
/** One row for each value. */
const each = <T>(values: readonly T[], row: (value: T) => [name: string, row: Row]) =>
  Object.fromEntries(values.map(row));

itReads('a server that %s', {
  'sends what is asked for, at most 10': { list: { per_page: 10, prefetch: 8 }, sent: 32 },
  'sends 50 at most, which is kept': { sizeOf: upTo(50), ranges: ['0-100', '49-98', '96-144', '141-188', '184-230'] },
  'refuses more than 20: 400': { sizeOf: atMost(20), items: projects(40), ranges: ['0-100', '0-20', '19-38', '36-54'] },
  'refuses more than 20 with 422, also the 50 that are asked for': {
    sizeOf: atMost(20),
    refusal: 422,
    items: projects(90),
    list: { page: 2, per_page: 50 },
    yields: projects(90).slice(40),
    ranges: ['50-100', '40-60', '57-76', '72-90', '85-102'],
  },
  'has one page, without ids': { items: nameless(7), sent: 1 },
  'always sends 20': { ...each20, items: projects(400), sent: 22 },
  'refuses other sizes than some': { sizeOf: only, items: projects(400), sent: 6, ...plain },
  'sends 10 by default, and no counts': { awaited: true, defaultSize: 10, meta: none, items: projects(101) },
  'sends 50 by default, without ids': { awaited: true, defaultSize: 50, items: nameless(120), sent: 4, ...plain },
});

const pastEnd: [what: string, meta: object, overlapping: Row, always20: Row, statuses?: number[]][] = [
  ['counts right', {}, {}, plain, [400, 404, 422]],
  ['counts too many', { total_count: 45 }, missing, plainMissing],
  ['announces a page too many', { total_count: 45, total_pages: 3 }, missing, { ...plain, throws: 404 }],
  ['says nothing of its length', none, {}, plain],
];
for (const [what, meta, overlapping, always20, statuses = [404]] of pastEnd) {
  const server = { meta, items: projects(40) };
  itReads(`a server that answers %s past the end, and ${what}`, {
    ...each(statuses, (past) => [`${past}`, { ...server, past, sizeOf: upTo(20), ...overlapping }]),
    ...each(statuses, (past) => [`${past} if it always sends 20`, { ...server, past, ...each20, ...always20 }]),
  });
}

const whole = ['0-100', '99-198', '196-294'];
itReads('a server that %s', {
  'repeats its last page past the end': { past: 'last page', meta: noPages, items: projects(101), sent: 5, ...plain },
  'says 0 pages': { meta: { total_pages: 0 }, items: projects(280), ranges: whole },
  'has no meta: none ahead': { meta: null, items: projects(245), list: { prefetch: 8 }, ranges: [...whole, '294-392'] },
  'says 1 000 pages': { meta: { total_pages: 1_000 }, items: projects(280), sent: 107, ...plain },
  'announces a page that is empty': { ...each20, items: projects(40), meta: { ...noCount, total_pages: 3 }, sent: 4 },
  'counts one of 245 too many': { meta: { total_count: 246 }, items: projects(245), sent: 8, ...missing },
  'filters its first page': {
    awaited: true,
    isShown: ({ id }: { id: string }) => id.length > 7,
    yields: projects(200).slice(99),
    ...plainMissing,
  },
  'filters its pages': { items: projects(1_000), isShown, yields: projects(1_000).filter(isShown), ...plainMissing },

  'ignores page': { ignoresPage: true, items: projects(100), sent: 11, ...plain },
  'has an item twice, far from each other': {
    items: projects(250).toSpliced(120, 0, project(7)),
    yields: projects(250),
    told: ['unstable-order', 'count-mismatch'],
  },
});

const refuseFrom = (first: number, status: number) => (_: number, page: number) =>
  page >= first && errorResponse(status);
itReads('a server that refuses %s fails the list, after the items before', {
  'all sizes': { before: refuseFrom(1, 400), yields: [], throws: 400, ranges: ['0-100', '0-20'] },
  'page 2, also at the size that it accepted': {
    before: refuseFrom(2, 422),
    yields: projects(100),
    throws: 422,
    ranges: ['0-100', '99-198', '100-200'],
  },
  'the size of an awaited page': { awaited: true, sizeOf: atMost(20), list: { per_page: 50 }, yields: [], throws: 400 },
  ...each([404, 422], (throws) => [
    `its last page with ${throws}, as page 3 is of each size`,
    { items: projects(250), before: refuseFrom(3, throws), yields: projects(200), throws, ...plain },
  ]),
  'announced pages': { ...each20, items: projects(80), before: refuseFrom(3, 400), yields: projects(40), throws: 400 },
});

it.each([
  [{ data: { '0': project(1) } }, [['data'], ['meta']]],
  [{ projects: [project(1)] }, [['data'], ['meta']]],
  [{ data: [], meta: { current_page: 1, total_pages: 1 } }, [['meta', 'total_count']]],
])('a page fails that is no page, if it should: %j', async (body, paths) => {
  const client = { responseValidation: 'throw' } as const;
  const list = serveList({ items: [], before: () => Response.json(body), client }).client.projects.list();
  expect(await rejection(list)).toMatchObject({ issues: paths.map((path) => ({ path })) });
});
