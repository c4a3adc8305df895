import { describe, expect, it } from 'vitest';
import { BadRequestError, ResponseValidationError, UnprocessableEntityError } from '@example/sdk';
import { rejection } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { collect, project, projects, serveList, type Answer, type ListServerOptions } from './support/list-server.ts';

// Each kind of server, at rest and while the list moves: model/.

const say = (meta: Record<string, unknown>) => (answer: Answer & { meta: Record<string, unknown> }) => ({
  ...answer,
  meta: { ...answer.meta, ...meta },
});

describe('the size of a page', () => {
  it('is never more than the server gives, in this walk', async () => {
    const { client, windows } = serveList({ items: projects(200), sizeOf: (asked) => Math.min(asked, 50) });
    expect(await collect(client.projects.list())).toEqual(projects(200));
    expect(windows()).toEqual(['0-100', '49-98', '96-144', '141-188', '184-230']);
    await collect(client.projects.list());
    expect(windows().filter((window) => window === '0-100')).toHaveLength(2);
  });

  it('is enough to overlap if it is 11', async () => {
    const { client, events } = serveList({ items: projects(200), sizeOf: (asked) => Math.min(asked, 11) });
    expect(await collect(client.projects.list())).toEqual(projects(200));
    expect(events).toEqual([]);
  });

  const only20: ListServerOptions['sizeOf'] = (asked) => (asked > 20 ? undefined : asked);

  it.each([400, 422])('is the documented 20 where more is refused with %i', async (refusal) => {
    const { client, windows } = serveList({ items: projects(60), sizeOf: only20, refusal });
    expect(await collect(client.projects.list())).toEqual(projects(60));
    const [first, ...others] = windows();
    expect(first).toBe('0-100');
    const sizes = others.map((window) => window.split('-').map(Number)).map(([start, end]) => end! - start!);
    expect(Math.max(...sizes)).toBe(20);
  });

  it('that you ask for is reduced alike when you iterate, and sent as it is when you await', async () => {
    const { client, windows } = serveList({ items: projects(60), sizeOf: only20, refusal: 422 });
    expect(await collect(client.projects.list({ per_page: 50 }))).toEqual(projects(60));
    expect(await rejection(client.projects.list({ per_page: 50 }))).toBeInstanceOf(UnprocessableEntityError);
    expect([windows()[0], windows().at(-1)]).toEqual(['0-50', '0-50']);
  });

  it('starts again at the page of the documented size that has the first item, with or without ids', async () => {
    for (const items of [projects(130), Array.from({ length: 130 }, (_, name) => ({ name }))]) {
      const { client, windows } = serveList({ items, sizeOf: only20, refusal: 422 });
      expect(await collect(client.projects.list({ page: 2, per_page: 50 }))).toEqual(items.slice(40));
      expect(windows().slice(0, 3)).toEqual(['50-100', '40-60', 'id' in items[0]! ? '57-76' : '60-80']);
    }
  });

  it('is not to blame if the documented one is refused, too', async () => {
    const { client, windows } = serveList({ items: [], sizeOf: () => undefined, refusal: 400 });
    expect(await rejection(collect(client.projects.list({ status: 'bogus' })))).toBeInstanceOf(BadRequestError);
    expect(windows()).toEqual(['0-100', '0-20', '0-20']);
  });

  it('is not to blame in the middle of a list, if the one that was accepted before is refused, too', async () => {
    const { client, windows } = serveList({
      items: projects(300),
      intercept: (page) => (page === 2 ? errorResponse(422) : undefined),
    });
    expect(await rejection(collect(client.projects.list()))).toBeInstanceOf(UnprocessableEntityError);
    expect(windows()).toEqual(['0-100', '99-198', '100-200']);
  });

  const isAllowed = (asked: number) => [10, 20, 50, 100].includes(asked);

  it.each<[string, Pick<ListServerOptions, 'sizeOf' | 'refusal'>]>([
    ['is always 20', { sizeOf: () => 20 }],
    ['must be one of some', { sizeOf: (asked) => (isAllowed(asked) ? asked : undefined), refusal: 422 }],
  ])('%s: pages adjoin, and the program is told that this is not verified', async (_, kind) => {
    const { client, windows, events } = serveList({ items: projects(400), ...kind });
    expect(await collect(client.projects.list())).toEqual(projects(400));
    expect(windows().length).toBeLessThanOrEqual((2 * 400) / 20);
    expect(events).toMatchObject([{ reason: 'no-overlap' }]);
  });

  it('is 20 unless it is one of some: the list seems to end too early, so that it is read page by page', async () => {
    const { client, windows, events } = serveList({
      items: projects(400),
      sizeOf: (asked) => (isAllowed(asked) ? asked : 20),
    });
    expect(await collect(client.projects.list())).toEqual(projects(400));
    expect(windows()).toEqual(['0-100', '99-198', '100-200', '200-300', '300-400', '400-500']);
    expect(events).toMatchObject([{ reason: 'count-mismatch' }]);
  });

  it('may be smaller by default than documented', async () => {
    const items = projects(35);
    const lie = (answer: Answer, page: number) => ({
      ...answer,
      data: items.slice(12 * (page - 1), 12 * page),
      meta: { current_page: page, total_pages: 3, total_count: 35 },
    });
    const { client, queries, events } = serveList({
      items,
      intercept: (page, { url }) => (url.includes('per_page') ? undefined : Response.json(lie({ data: [] }, page))),
    });
    expect(await collect(await client.projects.list())).toEqual(items);
    // Read again from the beginning, with the size that is asked for.
    expect(queries()).toEqual(['', 'page=1&per_page=20', 'page=2&per_page=19']);
    expect(events).toEqual([]);
  });

  it.each([
    [5, true],
    [10, true],
    [10, false],
    [15, true],
    [15, false],
  ])('may be %i by default where no total_pages says so; total_count: %s', async (size, isCounted) => {
    const items = projects(101);
    const answer = (page: number) => ({
      data: items.slice((page - 1) * size, page * size),
      meta: { current_page: page, total_count: isCounted ? 101 : undefined },
    });
    const { client } = serveList({
      items,
      intercept: (page, { url }) => (url.includes('per_page') ? undefined : Response.json(answer(page))),
      lie: say({ total_pages: undefined, ...(isCounted ? {} : { total_count: undefined }) }),
    });
    expect(await collect(await client.projects.list())).toEqual(items);
    if (isCounted) expect(await collect(await client.projects.list({ page: 2 }))).toEqual(items.slice(size));
    const seen: unknown[] = [];
    for (let page = await client.projects.list(); ; page = await page.getNextPage()) {
      seen.push(...page.data);
      if (!page.hasNextPage()) break;
    }
    expect(seen).toEqual(items);
  });
});

it('items without an id are not repeated after a page that was awaited, whatever its size is by default', async () => {
  for (const size of [10, 20]) {
    const items = Array.from({ length: 19 }, (_, name) => ({ name }));
    const { client } = serveList({
      items,
      intercept: (_, { url }) => (url.includes('per_page') ? undefined : Response.json({ data: items.slice(0, size) })),
      lie: ({ data }) => ({ data }),
    });
    expect(await collect(await client.projects.list())).toEqual(items);
  }
});

describe.each([400, 422])('a server that answers %i past the end', (status) => {
  /** Pages of `size` items at most, or always of `size` if the server ignores `per_page`. */
  function serve(count: number, size: number, { ignoresSize = false, meta = {} } = {}) {
    const sizeOf = (asked: number) => (ignoresSize ? size : Math.min(asked, size));
    return serveList({
      items: projects(count),
      sizeOf,
      lie: say(meta),
      intercept: (page, { url }) => {
        const asked = Number(new URL(url).searchParams.get('per_page') ?? 20);
        return (page - 1) * sizeOf(asked) >= count ? errorResponse(status) : undefined;
      },
    });
  }

  it('and ignores per_page: the list ends where the count says', async () => {
    const { client, pages, events } = serve(40, 20, { ignoresSize: true });
    expect(await client.projects.list({ per_page: 5 }).toArray()).toEqual(projects(40));
    expect(pages()).toEqual([1, 2, 3]);
    expect(events).toMatchObject([{ reason: 'no-overlap' }]);
  });

  it.each([
    ['total_count is too high', { total_count: 45 }],
    ['total_count is far too high', { total_count: 400 }],
    ['total_pages is, too, by one page', { total_count: 45, total_pages: 3 }],
  ])('and whose %s: all its items are returned, and the program is told', async (_, meta) => {
    for (const ignoresSize of [false, true]) {
      const { client, events } = serve(40, 20, { meta, ignoresSize });
      expect(await client.projects.list().toArray()).toEqual(projects(40));
      expect(await collect(client.projects.list({ per_page: 20 }))).toEqual(projects(40));
      const reason = ignoresSize ? 'no-overlap' : 'count-mismatch';
      expect(events).toMatchObject([{ reason }, { reason }]);
    }
  });

  it.each([
    ['nothing', { total_count: undefined, total_pages: undefined }],
    ['only total_count', { total_pages: undefined }],
    ['only total_pages, by one too many,', { total_count: undefined, total_pages: 3 }],
  ])('and says %s of its length: the list ends there', async (_, meta) => {
    const { client } = serve(40, 20, { ignoresSize: true, meta });
    expect(await client.projects.list({ per_page: 5 }).toArray()).toEqual(projects(40));
  });

  it('still fails if the first page is refused, also when a cursor leads back to it', async () => {
    let isBroken = false;
    const { client } = serveList({
      items: projects(40),
      intercept: () => (isBroken ? errorResponse(status) : undefined),
    });
    const { cursor } = await client.projects.list();
    isBroken = true;
    for (const list of [client.projects.list(), client.projects.list({}, { cursor })])
      expect(await rejection(list.toArray())).toHaveProperty('status', status);
  });

  it.each([
    ['total_count and total_pages', {}],
    ['only total_count', { total_pages: undefined }],
    ['only total_pages', { total_count: undefined }],
  ])('still fails if a page is refused in the middle, as %s say', async (_, meta) => {
    const { client } = serveList({
      items: projects(80),
      sizeOf: () => 20,
      lie: say(meta),
      intercept: (page) => (page >= 3 ? errorResponse(status) : undefined),
    });
    expect(await rejection(client.projects.list({ per_page: 20 }).toArray())).toHaveProperty('status', status);
  });
});

it.each([60, 99, 100])(
  'a server that ignores per_page and answers 404 past the end: a list of %i is read',
  async (length) => {
    const sizeOf = () => 100;
    const intercept = (page: number) => (page > 1 ? errorResponse(404) : undefined);
    for (const per_page of [undefined, 20, 50]) {
      const { client } = serveList({ items: projects(length), sizeOf, intercept });
      expect(await client.projects.list({ per_page }).toArray()).toEqual(projects(length));
      for await (const { cursor } of client.projects.list({ per_page }).pages())
        expect(await collect(client.projects.list({ per_page }, { cursor }))).toEqual([]);
    }
  },
);

describe('a server that filters a page after cutting it', () => {
  /** Rows of which only those at both ends are shown. */
  function serve(meta: Record<string, unknown> = {}, first = 150) {
    const rows = projects(1000);
    const isShown = ({ id }: { id: string }) => !(Number(id.slice(5)) > first && Number(id.slice(5)) <= 850);
    const lie = (answer: Answer & { meta: Record<string, unknown> }) => ({
      ...say(meta)(answer),
      data: (answer.data as { id: string }[]).filter(isShown),
    });
    return { shown: rows.filter(isShown), ...serveList({ items: rows, lie }) };
  }

  it.each([undefined, 20, 50, 100])('is read to the last page that it announces: per_page %s', async (per_page) => {
    for (const meta of [{}, { total_count: undefined }]) {
      for (const first of [90, 150]) {
        const { client, shown, events } = serve(meta, first);
        expect(await collect(client.projects.list({ per_page }))).toEqual(shown);
        expect(await client.projects.list({ per_page }).toArray()).toEqual(shown);
        expect(events).toHaveLength(2);
      }
    }
  });

  it('and announces pages without end: the list ends, and the program is told', async () => {
    const { client, shown, events, requests } = serve({ total_pages: 1e9, total_count: undefined });
    expect(await client.projects.list().toArray()).toEqual(shown);
    expect(requests.length).toBeLessThan(1_000);
    expect(events).toHaveLength(1);
  });
});

describe('the meta of a page', () => {
  it.each([0, 1, 2, 3])('may have any total_pages: %s', async (total_pages) => {
    const { client, pages, events } = serveList({ items: projects(280), lie: say({ total_pages }) });
    expect(await collect(client.projects.list())).toEqual(projects(280));
    expect(pages()).toEqual([1, 2, 3]);
    expect(events).toEqual([]);
  });

  it.each([undefined, 'five', 2.5, -1, 1_000])(
    'may have a total_pages that does not say which is the last: %s. The page behind it is read',
    async (total_pages) => {
      for (const [count, read] of [
        [280, [1, 2, 3, 4]],
        [45, [1, 2]],
      ] as const) {
        const { client, pages, events } = serveList({ items: projects(count), lie: say({ total_pages }) });
        expect(await collect(client.projects.list())).toEqual(projects(count));
        expect(pages()).toEqual(read);
        expect(events).toEqual([]);
      }
    },
  );

  it.each<[string, NonNullable<ListServerOptions['lie']>]>([
    ['be missing', ({ data }) => ({ data })],
    ['be null', ({ data }) => ({ data, meta: null })],
    ['be a string', ({ data }) => ({ data, meta: 'none' })],
    ['have a count below zero', say({ total_count: -1 })],
  ])('may %s: the page behind the last one is read, and no page ahead', async (_, lie) => {
    const { client, windows, events } = serveList({ items: projects(245), lie });
    expect(await collect(client.projects.list({}, { prefetch: 8 }))).toEqual(projects(245));
    expect(windows()).toEqual(['0-100', '99-198', '196-294', '294-392']);
    expect(events).toEqual([]);
  });

  it.each([
    [0, 4],
    // The fourth page in a row without a new item.
    [246, 5],
  ])('may count %i items of 245: all are yielded up to page %i, and the program is told', async (total_count, last) => {
    const { client, events, pages } = serveList({ items: projects(245), lie: say({ total_count }) });
    expect(await collect(client.projects.list())).toEqual(projects(245));
    expect(pages().at(-1)).toBe(last);
    expect(events).toMatchObject([{ reason: 'count-mismatch' }]);
  });

  it('may number pages from 0: the program is told', async () => {
    const { client, events } = serveList({
      items: projects(45),
      lie: (answer, page) => say({ current_page: page - 1 })(answer),
    });
    expect(await collect(client.projects.list())).toEqual(projects(45));
    expect(events).toMatchObject([{ reason: 'page-numbers' }]);
  });

  it('may be missing: an awaited page still says its number, and that there may be more', async () => {
    const { client } = serveList({ items: projects(45), lie: ({ data }) => ({ data }) });
    const page = await client.projects.list({ page: 2 });
    expect(page.meta).toEqual({ current_page: 2 });
    expect(page.hasNextPage()).toBe(true);
  });

  it('may have total_pages alone: nothing is repeated after an awaited page that is short', async () => {
    const { client, pages } = serveList({ items: projects(45), lie: say({ total_count: undefined }) });
    expect(await collect(await client.projects.list({ page: 3 }))).toEqual(projects(45).slice(40));
    expect(pages()).toEqual([3, 4]);
  });
});

describe('a server that ignores page', () => {
  it.each([20, 2])('and sends %i items: each comes once, the loop ends, and the program is told', async (count) => {
    const items = projects(count);
    const lie = (answer: Answer) => ({ ...answer, data: items, meta: { current_page: 1, total_count: 100 } });
    const { client, pages, events } = serveList({ items, lie });
    expect(await collect(client.projects.list())).toEqual(items);
    // As many as a plain loop makes, for as many pages as the count says there are.
    expect(pages().length).toBeLessThanOrEqual(Math.max(8, 100 / count));
    expect(events).toMatchObject([{ reason: 'page-ignored' }]);
  });

  it('and whose items have no id: the loop ends all the same', async () => {
    const { client, pages } = serveList({ items: [], lie: () => ({ data: [{ name: 'a' }, { name: 'b' }] }) });
    expect(await collect(client.projects.list())).toEqual([{ name: 'a' }, { name: 'b' }]);
    expect(pages()).toEqual([1, 2, 3, 4, 5]);
  });
});

it('a server that goes back to the first page after the last one: the items come, and then an error says so', async () => {
  const items = projects(60);
  const lie = (_: Answer, page: number) => ({ data: items.slice(20 * (page % 3), 20 * (page % 3) + 20) });
  const { client } = serveList({ items, lie });
  const message = expect.stringMatching(/^The last 221 pages of the list contained nothing new/) as string;
  const seen: unknown[] = [];
  const loop = async () => {
    for await (const item of client.projects.list({ per_page: 20 })) seen.push(item);
  };
  // 100 pages, and two for each item.
  expect(await rejection(loop())).toMatchObject({ message, cursor: expect.any(String) as string });
  expect(seen).toHaveLength(60);
});

describe('the items of a page', () => {
  it('may have no id', async () => {
    const items = [{ name: 'a' }, null, 7, 'text', { id: null }, { id: { nested: true } }, ['x']];
    const { client } = serveList({ items });
    expect(await collect(client.projects.list({ per_page: 2 }))).toEqual(items);
  });

  it('are one item if they have the same id; as the list says that it has more, the program is told', async () => {
    const { client, events, pages } = serveList({ items: [project(1), ...projects(4)] });
    expect(await collect(client.projects.list())).toEqual(projects(4));
    expect(pages()).toEqual([1]);
    expect(events).toMatchObject([{ reason: 'count-mismatch' }]);
  });

  it('are one item if they have the same id, also behind a later page, whose size the server chooses', async () => {
    const items = [...projects(120), ...projects(245).slice(119)];
    const { client, events } = serveList({ items, sizeOf: (asked) => Math.min(asked, 50) });
    expect(await collect(client.projects.list({ page: 2, per_page: 100 }))).toEqual(projects(245).slice(50));
    expect(events).toMatchObject([{ reason: 'count-mismatch' }]);
  });

  it('come all, although two of them far from each other have the same id', async () => {
    const items = [...projects(120), project(7), ...projects(250).slice(120)];
    const { client, events } = serveList({ items });
    expect(await collect(client.projects.list())).toEqual(projects(250));
    expect(events).toMatchObject([{ reason: 'unstable-order' }]);
  });

  it('differ if one id is a number and the other a text', async () => {
    const items = [{ id: 1 }, { id: '1' }, { id: 2 }];
    const { client } = serveList({ items, client: { responseValidation: 'off' } });
    expect(await collect(client.projects.list())).toEqual(items);
  });

  it('are a list, or the answer can not be used', async () => {
    const { client } = serveList({ items: [], intercept: () => Response.json({ data: { '0': project(1) } }) });
    const error = await rejection(client.projects.list());
    expect(error).toBeInstanceOf(ResponseValidationError);
    expect(error).toMatchObject({ issues: [{ path: ['data'] }, { path: ['meta'] }] });
  });
});

describe('a server that sends its last page again past the end', () => {
  function serve(length: number, meta: Record<string, unknown>) {
    const items = projects(length);
    let size = 0;
    const lie = ({ data, ...answer }: Answer & { meta: Record<string, unknown> }) => ({
      data: data.length > 0 ? data : items.slice(Math.floor((length - 1) / size) * size),
      meta: { ...answer.meta, ...meta },
    });
    return serveList({ items, lie, sizeOf: (asked) => (size = asked) });
  }

  it.each([
    ['counts one item too many', { total_count: 2_002 }],
    ['counts one item too few', { total_count: 2_000 }],
    ['counts one item too many, without total_pages', { total_count: 2_002, total_pages: undefined }],
    ['counts right, without total_pages', { total_pages: undefined }],
  ])('and %s: each item comes once, in at most one more request for each page', async (_, meta) => {
    for (const per_page of [100, 20]) {
      const { client, requests, events } = serve(2_001, meta);
      expect(await collect(client.projects.list({ per_page }))).toEqual(projects(2_001));
      const overlapping = per_page === 100 ? 23 : 136;
      expect(requests.length).toBeLessThanOrEqual(overlapping + Math.ceil(2_001 / per_page) + 1);
      expect(events).toMatchObject('total_count' in meta ? [{ reason: 'count-mismatch' }] : []);
    }
  });
});

it.each([12, 24, 37])(
  'a server that ignores per_page, counts too many and answers 404 past the end: a list of %i is read',
  async (length) => {
    for (const [per_page, more] of [undefined, 20].flatMap((size) => [1, 100].map((more) => [size, more] as const))) {
      const { client, requests, events } = serveList({
        items: projects(length),
        sizeOf: () => 25,
        lie: say({ total_count: length + more }),
        intercept: (page) => (page > Math.ceil(length / 25) ? errorResponse(404) : undefined),
      });
      expect(await collect(client.projects.list({ per_page }))).toEqual(projects(length));
      expect(requests.length).toBeLessThanOrEqual(15);
      expect(events).toHaveLength(1);
    }
  },
);

describe('items without ids come once', () => {
  const items = Array.from({ length: 401 }, (_, name) => ({ name }));

  it.each([401, 400])(
    'where the server sends page 1 again past the end, and counts one too many or too few: %i',
    async (length) => {
      for (const more of [1, -1]) {
        const list = items.slice(0, length);
        const { client, requests } = serveList({
          items: list,
          lie: ({ data, meta }) => ({
            data: data.length > 0 ? data : list.slice(0, 20),
            meta: { ...meta, total_count: length + more },
          }),
        });
        expect(await collect(client.projects.list({ per_page: 20 }, { responseValidation: 'off' }))).toEqual(list);
        expect(requests.length).toBeLessThanOrEqual(Math.ceil(length / 20) + 5);
      }
    },
  );

  it.each([25, 50])('after an awaited page whose default size is %i', async (size) => {
    for (const list of [items.slice(0, 120), projects(120)]) {
      const { client, requests } = serveList({
        items: [],
        intercept: (page, { url }) => {
          const asked = Number(new URL(url).searchParams.get('per_page') ?? size);
          const meta = { current_page: page, total_pages: Math.ceil(120 / asked), total_count: 120 };
          return Response.json({ data: list.slice((page - 1) * asked, page * asked), meta });
        },
      });
      expect(await collect(await client.projects.list({}, { responseValidation: 'off' }))).toEqual(list);
      expect(requests.length).toBeLessThanOrEqual(Math.ceil(120 / size) + 1);
    }
  });
});

describe('a server that refuses the documented 20 items a page', () => {
  const items = projects(100);
  /** Its pages have 10 items by default. */
  const serve = (most: number, refusal: number, list: unknown[] = items, failing = 0) => {
    let number = 0;
    return serveList({
      items: [],
      intercept: (page, { url }) => {
        const asked = Number(new URL(url).searchParams.get('per_page') ?? 10);
        if (++number === failing) return errorResponse(500);
        if (asked > most) return errorResponse(refusal);
        const meta = { current_page: page, total_pages: Math.ceil(list.length / asked), total_count: list.length };
        return Response.json({ data: list.slice((page - 1) * asked, page * asked), meta });
      },
    });
  };

  it.each([
    [10, 400],
    [12, 422],
    [15, 400],
    [19, 422],
  ])('and sends up to %i is read: %i', async (most, refusal) => {
    for (const list of [items, items.slice(0, 7), [], items.map(({ name }) => ({ name }))]) {
      const { client, queries } = serve(most, refusal, list);
      const options = { responseValidation: 'off' } as const;
      expect(await collect(client.projects.list({}, options))).toEqual(list);
      expect(queries().slice(0, 3)).toEqual(['page=1&per_page=100', 'page=1&per_page=20', 'page=1']);
      expect(queries().length).toBeLessThanOrEqual(2 * 10);
      expect(await client.projects.list({}, options).toArray()).toEqual(list);
      expect(await collect(await client.projects.list({}, options))).toEqual(list);
    }
  });

  it('is read on from a cursor, also that of an error', async () => {
    const { client } = serve(15, 400, items, 3);
    const error = await rejection(collect(client.projects.list()));
    const { cursor } = error as { cursor?: string };
    expect(error).toMatchObject({ status: 500, cursor: expect.any(String) as string });
    expect(await collect(client.projects.list({}, { cursor }))).toEqual(items);
    let seen = 0;
    for await (const page of client.projects.list().pages()) {
      seen += page.data.length;
      expect(await collect(client.projects.list({}, { cursor: page.cursor }))).toEqual(items.slice(seen));
    }
    expect(seen).toBe(100);
  });

  it('rejects from a later page on, whose place only the refused size says', async () => {
    const { client } = serve(15, 400);
    expect(await rejection(collect(client.projects.list({ page: 2 })))).toBeInstanceOf(BadRequestError);
  });
});

it('a server that sends page 1 past the end, without total_count and with its items in any order, is read to its end', async () => {
  let number = 0;
  const items = projects(101);
  const { client, requests, events } = serveList({
    items: [],
    intercept: (page, { url }) => {
      const asked = Number(new URL(url).searchParams.get('per_page'));
      // All items have the same sort value: each answer begins with another of them.
      const turn = (number += 7) % 101;
      const start = page > Math.ceil(101 / asked) ? 0 : (page - 1) * asked;
      const data = [...items.slice(turn), ...items.slice(0, turn)].slice(start, start + asked);
      return Response.json({ data, meta: { current_page: page, total_pages: Math.ceil(101 / asked) } });
    },
  });
  const seen = await collect(client.projects.list());
  expect(seen).toHaveLength(101);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(101);
  expect(requests.length).toBeLessThanOrEqual(15);
  expect(events).toHaveLength(1);
});
