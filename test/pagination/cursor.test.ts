import { expect, it } from 'vitest';
import { InvalidRequestError, type Project } from '@example/sdk';
import { rejection } from '../support/http-server.ts';
import { collect, project, projects, remove, serveList } from './support/list-server.ts';

/** Reads `count` pages and returns what was read, and the cursor to go on from. */
async function readPages(list: { pages(): AsyncIterable<{ data: Project[]; cursor: string }> }, count: number) {
  const seen: Project[] = [];
  let cursor = '';
  for await (const page of list.pages()) {
    seen.push(...page.data);
    ({ cursor } = page);
    if (--count === 0) break;
  }
  return { seen, cursor };
}

it('a list goes on from the cursor of a page, in another process, too, with what was created since', async () => {
  const items = projects(500);
  const { client, windows } = serveList({ items });
  const { seen, cursor } = await readPages(client.projects.list({ status: 'active' }), 2);
  expect(seen).toEqual(projects(198));
  items.splice(195, 0, project(501)); // Between the last items before the cursor.
  const rest = await collect(client.projects.list({ status: 'active' }, { cursor }));
  expect(rest).toEqual([project(501), ...projects(500).slice(198)]);
  expect(windows()[2]).toBe('194-291');
});

it('a cursor that version 1.0 has made is good for every later one', async () => {
  const { client } = serveList({ items: projects(300) });
  const cursor =
    'WzMsIi9wcm9qZWN0cyB3aXRoIHN0YXR1cyMxaDV1OHExIiwxMDAsMTAwLDEwMCwwLDAsMzAwLCJwcm9qXzk5IiwicHJval8xMDAiXQ==';
  expect(await collect(client.projects.list({ status: 'active' }, { cursor }))).toEqual(projects(300).slice(100));
});

it('the last item in front of a cursor is enough to find its place, with the request that has to be made', async () => {
  const items = projects(500);
  const { client, windows } = serveList({ items });
  const { cursor } = await readPages(client.projects.list(), 1);
  await client.projects.list({}, { cursor });
  // Then the window begins with item 100.
  items.splice(0, 99 - parseInt(windows()[1]!));
  expect((await client.projects.list({}, { cursor })).data[0]).toEqual(project(101));
  expect(windows()).toHaveLength(3);
});

it.each([
  [400, 0, '600-700'],
  [0, 280, '0-100'],
])('%i new items in front, or %i fewer, cost a request, as total_count tells: %s', async (created, gone, found) => {
  const items = projects(1000);
  const { client, windows } = serveList({ items });
  const { cursor } = await readPages(client.projects.list(), 3);
  items.splice(0, gone, ...projects(1000 + created).slice(1000));
  const page = await client.projects.list({}, { cursor });
  expect(page.data[0]).toEqual(project(295));
  expect(windows().slice(4)).toEqual([found]);
});

it('and if the count does not tell, the place is looked for in pages ever further away, not from page 1', async () => {
  const items = projects(1000);
  const { client, windows } = serveList({ items });
  const { cursor } = await readPages(client.projects.list(), 5);
  items.splice(0, 200);
  items.push(...projects(1200).slice(1000));
  const rest = await collect(client.projects.list({}, { cursor }));
  expect(rest[0]).toEqual(project(481));
  expect(rest.map(({ id }) => id)).toEqual(
    projects(1200)
      .slice(480)
      .map(({ id }) => id),
  );
  expect(windows().slice(5)).not.toContain('0-100');
});

it.each([1, 3])('the place is looked for on page %i, which ended there, where pages can not overlap', async (page) => {
  const sizeOf = (asked: number) => (asked === 50 ? 50 : undefined);
  const { client, windows } = serveList({ items: projects(300), sizeOf });
  const { cursor } = await readPages(client.projects.list({ page, per_page: 50 }), 1);
  const rest = await collect(client.projects.list({ per_page: 50 }, { cursor }));
  expect(rest).toEqual(projects(300).slice(50 * page));
  expect(windows()[2]).toBe(windows()[0]);
});

it('one of its twenty items is enough; if only other items are left, a cursor is refused, instead of guessing', async () => {
  const items = projects(300);
  const { client } = serveList({ items });
  const { cursor } = await readPages(client.projects.list(), 1);
  items.splice(81, 19);
  expect(await collect(client.projects.list({}, { cursor }))).toEqual(projects(300).slice(100));
  items.splice(80, 1);
  const error = await rejection(collect(client.projects.list({}, { cursor })));
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect(error).toHaveProperty('message', expect.stringContaining('None of the items before the cursor'));
  items.length = 0;
  expect(await collect(client.projects.list({}, { cursor }))).toEqual([]);
});

it.each([
  { per_page: 100, pages: 1, deleted: 1 },
  { per_page: 100, pages: 1, deleted: 2 },
  { per_page: 100, pages: 3, deleted: 10 },
  { per_page: 20, pages: 1, deleted: 1 },
  { per_page: 20, pages: 3, deleted: 2 },
  { per_page: 11, pages: 2, deleted: 3 },
  { per_page: 50, pages: 10, deleted: 5 },
])('deleted items leave the cursor as others are read: $pages pages of $per_page, $deleted deleted', async (each) => {
  const items = projects(1000);
  const { client, events } = serveList({ items });
  const read: Project[] = [];
  const remaining = new Set(items.map(({ id }) => id));
  for (let cursor: string | undefined, hasNext = true; hasNext;) {
    let pages = 0;
    for await (const page of client.projects.list({ per_page: each.per_page }, { cursor }).pages()) {
      read.push(...page.data);
      ({ cursor } = page);
      hasNext = page.hasNextPage();
      if (++pages === each.pages) break;
    }
    for (const { id } of read.filter(({ id }) => remaining.has(id)).slice(-each.deleted)) {
      remaining.delete(id);
      remove(items, id);
    }
  }
  expect(read).toEqual(projects(1000));
  expect(events).toEqual([]);
});

it.each([20, 50, 100])('items that leave the list and come back are not repeated: pages of %i', async (per_page) => {
  for (const [away, count] of [1, 5, 10, 18].flatMap((each) => [1, 2].map((pages) => [each, pages] as const))) {
    const items = projects(600);
    const { client, events } = serveList({ items });
    const first = await readPages(client.projects.list({ per_page }), 2);
    const gone = items.splice(first.seen.length - away, away);
    const second = await readPages(client.projects.list({ per_page }, { cursor: first.cursor }), count);
    items.splice(first.seen.length - away, 0, ...gone);
    const rest = await collect(client.projects.list({ per_page }, { cursor: second.cursor }));
    expect([...first.seen, ...second.seen, ...rest]).toEqual(items);
    expect(events).toEqual([]);
  }
});

it('an item that was created in front of the last ones is in the cursor, however late it was received', async () => {
  const items = projects(200);
  let requests = 0;
  const { client, events } = serveList({
    items,
    intercept: () => {
      requests += 1;
      // Of the windows that were requested ahead, only those behind these deletions are answered before it is created.
      if (requests === 3) items.splice(42, 4);
      if (requests === 5) items.splice(62, 4);
      if (requests === 5) items.splice(70, 0, project(1000));
      if (requests === 8) items.splice(54, 3);
      return undefined;
    },
  });
  const options = { prefetch: 8 };
  const { seen, cursor } = await readPages(client.projects.list({ per_page: 33 }, options), 3);
  expect(seen).toContainEqual(project(1000));
  seen.push(...(await collect(client.projects.list({ per_page: 33 }, { ...options, cursor }))));
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  expect(events).toEqual([]);
});

it.each([
  [120, 'that overlap', (asked: number) => asked],
  [41, 'of a size that the server chooses', () => 20],
])('the cursor of the last of %i items yields what is added later, in pages %s', async (length, _, sizeOf) => {
  const items = projects(length);
  const { client } = serveList({ items, sizeOf });
  const { cursor } = await readPages(client.projects.list(), 3);
  expect(await collect(client.projects.list({}, { cursor }))).toEqual([]);
  items.push(project(length + 1));
  expect(await collect(client.projects.list({}, { cursor }))).toEqual([project(length + 1)]);
});

it('a page that was awaited has a cursor, too, and an awaited list with a cursor is the page after it', async () => {
  const { client } = serveList({ items: projects(120) });
  const { cursor } = await client.projects.list({ page: 2, per_page: 30 });
  const page = await client.projects.list({}, { cursor });
  expect(page.data[0]).toEqual(project(61));
  const next = await page.getNextPage();
  expect(next.data[0]).toEqual(project(61 + page.data.length));
});

it('page is ignored where there is a cursor, so that the same parameters can be used again', async () => {
  const { client } = serveList({ items: projects(200) });
  const params = { page: 2, per_page: 50 };
  const { seen, cursor } = await readPages(client.projects.list(params), 1);
  expect(seen[0]).toEqual(project(51));
  expect([...seen, ...(await collect(client.projects.list(params, { cursor })))]).toEqual(projects(200).slice(50));
});

it('ids may be numbers and have any characters', async () => {
  const names = ['a,b', 'ü%', '', '🙂', '\ud800', '1', 'x y', ' '];
  const items = names.flatMap((name) => [{ id: `${name}-` }, { id: name }]).concat([{ id: 7 as never }]);
  const { client } = serveList({ items, client: { responseValidation: 'off' } });
  for (let count = 1; count <= items.length; count++) {
    const { cursor } = await client.projects.list({ per_page: count });
    expect(cursor).toMatch(/^[\w+/]+=*$/);
    expect(await collect(client.projects.list({}, { cursor }))).toEqual(items.slice(count));
  }
});

it('a cursor is short', async () => {
  const uuid = (number: number) => `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const items = Array.from({ length: 500 }, (_, number) => ({ ...project(number), id: uuid(number) }));
  const { client } = serveList({ items });
  const { cursor } = await readPages(client.projects.list(), 3);
  expect(cursor.length).toBeLessThan(1100);
});

const whole = [3, '/projects#ztntfp', 100, 100, 100, 0, 0, 300, 'proj_1'];
const cursorWith = (at: number, value: unknown) => btoa(JSON.stringify(whole.with(at, value as string)));

it('a cursor has a version, its list, whole numbers and ids', async () => {
  const { client } = serveList({ items: projects(3) });
  expect(await collect(client.projects.list({}, { cursor: cursorWith(0, 3) }))).toEqual(projects(3).slice(1));
});

it.each([
  ['empty', ''],
  ['no base64', '§'],
  ['no list', btoa('{}')],
  ['cut off', cursorWith(0, 3).slice(0, -8)],
  ['of another version', cursorWith(0, 2)],
  ['of no list', cursorWith(1, 7)],
  ['of windows of no size', cursorWith(2, 0)],
  ['of pages of no size', cursorWith(3, 0)],
  ['negative', cursorWith(4, -100)],
  ['no whole number', cursorWith(5, 0.5)],
  ['too large', cursorWith(7, 1e20)],
  ['without an id', cursorWith(8, null)],
  ['not a string', 5 as never],
  ['null', null as never],
  ['an object', { toString: () => cursorWith(0, 3) } as never],
])('a cursor that is %s is refused before anything is sent', async (_, cursor) => {
  const { client, queries } = serveList({ items: projects(3) });
  const list = () => client.projects.list({}, { cursor });
  for (const call of [() => list(), () => list().withResponse(), () => list().toArray(), () => collect(list())]) {
    const error = await rejection(call());
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toHaveProperty('message', expect.stringContaining('cursor must be'));
  }
  expect(queries()).toEqual([]);
});

it.each<[string, string, { status?: string }, string]>([
  ['with other parameters', '/projects', {}, 'not to /projects.'],
  ['with another value', '/projects', { status: 'archived' }, 'with another value.'],
  ['of another route', '/teams', { status: 'active' }, 'not to /teams with status.'],
])('a cursor of a list %s is refused, and the message says what it belongs to', async (_, route, query, message) => {
  const { client, queries } = serveList({ items: projects(300) });
  const { cursor } = await readPages(client.projects.list({ status: 'active' }), 1);
  for (const call of [client.list(route, { query, cursor }), client.list(route, { query, cursor }).toArray()]) {
    const error = await rejection(call);
    expect(error).toBeInstanceOf(InvalidRequestError);
    const text = (error as InvalidRequestError).message;
    expect(text).toContain(`The cursor belongs to GET /projects with status, ${message}`);
    expect(text).not.toContain('active');
  }
  expect(queries()).toHaveLength(1);
});

it('a list with a cursor may take several requests, so it has no response of its own', async () => {
  const { client, queries } = serveList({ items: projects(3) });
  const { cursor } = await client.projects.list();
  const list = client.projects.list({}, { cursor });
  expect(await rejection(list.asResponse())).toBeInstanceOf(InvalidRequestError);
  expect(await rejection(list.withResponse())).toBeInstanceOf(InvalidRequestError);
  expect(queries()).toHaveLength(1);
});
