import { expect, it } from 'vitest';
import { InvalidRequestError, type Project } from '@example/sdk';
import { rejection } from '../support/http-server.ts';
import { collect, project, projects, serveList } from './support/list-server.ts';

/** The cursor after this many pages of a list. */
async function cursorAfter(list: { pages(): AsyncIterable<{ cursor: string }> }, count: number): Promise<string> {
  let cursor = '';
  for await (const page of list.pages()) {
    ({ cursor } = page);
    if (--count === 0) break;
  }
  return cursor;
}

const more = (count: number) => projects(1000 + count).slice(1000);
type Change = (items: Project[]) => unknown;
it.each<[string, pages: number, change: Change, first: number, ranges: string[]]>([
  ['nothing changed', 3, () => 0, 295, ['288-384']],
  ['one was created among the last before it', 2, (all) => all.splice(195, 0, project(9000)), 199, ['194-291']],
  ['400 were created in front', 3, (all) => all.unshift(...more(400)), 295, ['288-384', '600-700']],
  ['280 were deleted in front', 3, (all) => all.splice(0, 280), 295, ['288-384', '0-100']],
  // The count doesn't show the change: the search moves further and further away.
  [
    'as many were created in front as deleted',
    2,
    (all) => (all.splice(700, 300), all.unshift(...more(300))),
    199,
    ['194-291', '100-200', '0-100', '200-300', '300-400', '400-500'],
  ],
])('a cursor finds its place in the fewest requests: %s', async (_, pages, change, first, expected) => {
  const items = projects(1000);
  const { client, ranges } = serveList({ items });
  const cursor = await cursorAfter(client.projects.list(), pages);
  change(items);
  const before = ranges().length;
  const rest = await collect(client.projects.list({}, { cursor }));
  expect(rest).toEqual(items.slice(items.findIndex(({ id }) => id === `proj_${first}`)));
  expect(ranges().slice(before, before + expected.length)).toEqual(expected);
});

it('a cursor from version 1.0 works in every later version', async () => {
  const cursor =
    'eyJ2ZXJzaW9uIjo1LCJsaXN0IjoiL3Byb2plY3RzIHdpdGggc3RhdHVzIzFoNXU4cTEiLCJmaXJzdFNpemUiOjEwMCwic2l6ZSI6MTAwLCJwb3NpdGlvbiI6MTAwLCJmb3VuZCI6MTAwLCJjb3VudCI6MzAwLCJpZHMiOlsicHJval85OSIsInByb2pfMTAwIl19';
  const list = serveList({ items: projects(300) }).client.projects.list({ status: 'active' }, { cursor });
  expect(await collect(list)).toEqual(projects(300).slice(100));
});

it.each([
  ['', 1, projects(300), 100],
  [', also after all items were replaced', 2, more(50), 50],
])('a cursor works while one of its twenty items is left%s, and is refused without any', async (_, pages, all, end) => {
  const items = projects(300);
  const { client } = serveList({ items, before: (n) => void (n === pages && items.splice(0, 300, ...all)) });
  const cursor = await cursorAfter(client.projects.list(), pages);
  const list = client.projects.list({}, { cursor });
  items.splice(end - 19, 19);
  expect(await collect(list)).toEqual(all.slice(end));
  items.splice(end - 20, 1);
  const message = expect.stringContaining('None of the items before the cursor') as string;
  expect(await rejection(collect(list))).toMatchObject({ name: 'InvalidRequestError', message });
  items.length = 0;
  expect(await collect(list)).toEqual([]);
});

it.each<[number, sizeOf: (asked: number) => number, before?: (items: Project[], n: number) => unknown]>([
  [120, (asked) => asked],
  [41, () => 20],
  // Page 1 is read again to find the item in front.
  [250, (asked) => asked, (all, n) => n === 2 && (all.unshift(project(251)), all.splice(200, 1))],
])('the last cursor of %i items yields what is added later', async (length, sizeOf, before = () => undefined) => {
  const items = projects(length);
  const { client } = serveList({ items, sizeOf, before: (n) => void before(items, n) });
  const list = client.projects.list({}, { cursor: await cursorAfter(client.projects.list(), Infinity) });
  expect(await collect(list)).toEqual([]);
  items.push(project(9000));
  expect(await collect(list)).toEqual([project(9000)]);
});

it('an awaited list with a cursor is the page after it, whatever page you ask for, and has no response', async () => {
  const { client, queries } = serveList({ items: projects(200) });
  const { cursor } = await client.projects.list({ page: 2, per_page: 30 });
  const list = client.projects.list({ page: 2 }, { cursor });
  const page = await list;
  expect(page.data[0]).toEqual(project(61));
  expect((await page.getNextPage()).data[0]).toEqual(project(61 + page.data.length));
  const sent = queries().length;
  expect(await rejection(list.asResponse())).toBeInstanceOf(InvalidRequestError);
  expect(await rejection(list.withResponse())).toBeInstanceOf(InvalidRequestError);
  expect(queries()).toHaveLength(sent);
});

it('ids may be numbers, and contain any characters', async () => {
  const ids = ['a,b', 'ü%', '', '🙂', '\ud800', '1', 'x y', ' '].flatMap((name) => [`${name}-`, name]);
  const items = [...ids, 7].map((id) => ({ id }));
  const { client } = serveList({ items });
  for (let count = 1; count <= items.length; count++) {
    const { cursor } = await client.projects.list({ per_page: count });
    expect(cursor).toMatch(/^[\w+/]+=*$/);
    expect(await collect(client.projects.list({}, { cursor }))).toEqual(items.slice(count));
  }
});

const place = { firstSize: 100, size: 100, position: 100, found: 100, count: 300, ids: ['proj_1'] };
const cursorWith = (change: object) =>
  btoa(JSON.stringify({ version: 5, list: '/projects#ztntfp', ...place, ...change }));
it.each<[string, unknown]>([
  ['no base64', '§'],
  ['no place', btoa('[]')],
  ['of another version', cursorWith({ version: 4 })],
  ['of ranges of no size', cursorWith({ firstSize: 0 })],
  ['negative', cursorWith({ position: -100 })],
  ['too large', cursorWith({ count: 1e20 })],
  ['without an id', cursorWith({ ids: [null] })],
  ['an object', { toString: () => cursorWith({}) }],
])('a cursor that is %s is refused before anything is sent', async (_, cursor) => {
  const { client, queries } = serveList({ items: projects(3) });
  const list = client.projects.list({}, { cursor: cursor as string });
  const refusal = { param: 'cursor', message: expect.stringContaining('cursor must be') as string };
  for (const read of [() => list, () => list.withResponse(), () => collect(list)])
    expect(await rejection(read())).toMatchObject(refusal);
  expect(queries()).toEqual([]);
});

it.each([
  ['with other parameters', '/projects', {}],
  ['with another value', '/projects', { status: 'archived' }],
  ['of another route', '/teams', { status: 'active' }],
])('a cursor of a list %s is refused, and the message says what it belongs to', async (_, route, query) => {
  const { client, queries } = serveList({ items: projects(300) });
  const cursor = await cursorAfter(client.projects.list({ status: 'active' }), 1);
  const message = expect.stringContaining('another list: GET /projects with status. Pass the same') as string;
  const list = client.list(route, { query, cursor });
  for (const read of [() => list, () => list.toArray()])
    expect(await rejection(read())).toMatchObject({ name: 'InvalidRequestError', message, param: 'cursor' });
  expect(queries()).toHaveLength(1);
});
