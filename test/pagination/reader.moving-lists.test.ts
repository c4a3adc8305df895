import { describe, expect, it } from 'vitest';
import { errorResponse } from '../support/in-process-api.ts';
import { collect, project, projects, remove, serveList } from './support/list-server.ts';

// What a moving list costs. model/ shows that nothing of it is lost or repeated, however it moves.

/** A server whose list changes right before its n-th answer, counted from 1. */
function serveMoving(items: unknown[], changes: Record<number, () => void>) {
  let answers = 0;
  const intercept = () => {
    changes[(answers += 1)]?.();
    return undefined;
  };
  return serveList({ items, intercept });
}

const ids = (items: { id: string }[]) => items.map(({ id }) => Number(id.slice('proj_'.length)));
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('items created in front repeat nothing, and cost nothing while they fit into a window', async () => {
  const items = projects(280);
  const { client, windows, events } = serveMoving(items, {
    2: () => items.unshift(project(281)),
    3: () => items.unshift(project(282), project(283), project(284)),
  });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 280));
  expect(windows()).toEqual(['0-100', '99-198', '196-294']);
  expect(events).toEqual([]);
});

it.each([
  [280, 3, 3, 4],
  [2_000, 12, 700, 30],
])(
  'of %i items, those deleted in front before answer %i let no other slip past',
  async (length, answer, deleted, requests) => {
    const items = projects(length);
    const { client, windows, events } = serveMoving(items, { [answer]: () => items.splice(5, deleted) });
    expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, length));
    expect(windows().length).toBeLessThanOrEqual(requests);
    expect(events).toEqual([]);
  },
);

it('more new items in front than a window holds are no change of the order, although no count says how many they are', async () => {
  const items = projects(500);
  let answers = 0;
  const { client, windows, events } = serveList({
    items,
    intercept: () => {
      if ((answers += 1) === 2) items.unshift(...projects(900).slice(500));
      return undefined;
    },
    lie: ({ data }) => ({ data }),
  });
  const seen = ids(await collect(client.projects.list()));
  expect([...seen].sort((a, b) => a - b)).toEqual(numbers(1, 900));
  expect(windows()).toHaveLength(14);
  expect(events).toEqual([]);
});

it.each([100, 130, 194, 260])(
  'a list of %i items to which each response adds one in front is read to its end',
  async (length) => {
    const items = projects(length);
    const { client, events } = serveList({
      items,
      intercept: () => {
        items.unshift(project(1_000 + items.length));
        return undefined;
      },
    });
    const seen = ids(await collect(client.projects.list()));
    expect(seen).toEqual(expect.arrayContaining(numbers(1, length)));
    expect(events).toEqual([]);
  },
);

describe('a list whose order changes', () => {
  /** Items that are equal for the order come in another one for each `per_page`, as a database with a limit returns them. */
  const shuffled = (size: number) => projects(300).sort((a, b) => place(a, size) - place(b, size));
  const place = ({ id }: { id: string }, size: number) =>
    Math.imul(Number(id.slice('proj_'.length)) * 2654435761, size + 1) >>> 0;

  /** Shuffles the list for each answer, by its `per_page` or otherwise. */
  function serveShuffled(by?: () => number) {
    const items: unknown[] = [];
    const intercept = (_: number, { url }: { url: string }) => {
      items.splice(0, 300, ...shuffled(by?.() ?? Number(new URL(url).searchParams.get('per_page'))));
      return undefined;
    };
    return serveList({ items, intercept });
  }

  it('with per_page has all that a plain loop finds, and the program is told', async () => {
    const { client, events } = serveShuffled();
    const seen = ids(await collect(client.projects.list()));
    expect([...seen].sort((a, b) => a - b)).toEqual(numbers(1, 300));
    // A creation and a deletion could hide a loss from the count.
    expect(events).toEqual([expect.objectContaining({ reason: 'unstable-order' })]);
  });

  it('with each request can not be read wholly, and the program is told', async () => {
    let requests = 0;
    const { client, events } = serveShuffled(() => (requests += 1));
    const seen = ids(await collect(client.projects.list()));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeLessThan(300);
    expect(events).toMatchObject([{ reason: 'unstable-order' }]);
  });

  it('because an item moves to the front of a list without a count: it comes all the same', async () => {
    const items = projects(300);
    let answers = 0;
    const lie = ({ data }: { data: unknown[] }) => {
      if ((answers += 1) === 1) items.unshift(...items.splice(-1));
      return { data };
    };
    const { client } = serveList({ items, lie });
    const seen = ids(await collect(client.projects.list()));
    expect([...seen].sort((a, b) => a - b)).toEqual(numbers(1, 300));
  });

  it('because an item moves to the front: it comes, as the count says that it is missing', async () => {
    const items = projects(300);
    const { client, events } = serveMoving(items, {
      // What is created behind it hides no loss from the count.
      2: () => items.push(project(301)),
      3: () => items.unshift(...items.splice(250, 1)),
    });
    const seen = ids(await collect(client.projects.list()));
    expect([...seen].sort((a, b) => a - b)).toEqual(numbers(1, 301));
    expect(events).toEqual([]);
  });
});

it('a list that ends earlier meanwhile ends there, also where the server answers 404 behind its end', async () => {
  const items = projects(280);
  const intercept = (page: number) => {
    if (page < 3) return undefined;
    items.length = 150;
    return errorResponse(404);
  };
  const { client, events } = serveList({ items, intercept });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 198));
  expect(events).toEqual([]);
});

it('a list that changes faster than it can be read ends, all that was received is yielded, and the program is told', async () => {
  const items = projects(300);
  let created = 300;
  const received = new Set<unknown>();
  const lie = <A extends { data: unknown[] }>(answer: A): A => {
    for (const item of answer.data) received.add(item);
    items.splice(0, 110);
    items.push(...projects((created += 110)).slice(-110));
    return answer;
  };
  const { client, events } = serveList({ items, lie });
  const seen = ids(await collect(client.projects.list()));
  expect([...seen].sort((a, b) => a - b)).toEqual(ids([...received] as { id: string }[]).sort((a, b) => a - b));
  expect(events).toMatchObject([{ reason: 'too-many-changes' }]);
});

it.each([
  [1, ['297-396', '273-364', '249-332', '200-300', '100-200', '0-100']],
  [9, ['1000-1100', '980-1078', '960-1056', '910-1001', '800-900', '600-700', '200-300', '0-100']],
])('after %i pages, so many requests without progress lead to numbered pages: %j', async (read, without) => {
  const items = projects(3_000);
  let answers = 0;
  const intercept = () => {
    if ((answers += 1) > read) items.splice(0, 3_000, ...projects(3_000 * answers).slice(-3_000));
    return undefined;
  };
  const { client, windows, events } = serveList({ items, intercept });
  const pages = client.projects.list({ page: 3, per_page: 100 }).pages();
  while (events.length === 0) await pages.next();
  expect(windows().slice(read)).toEqual([...without, '300-400']);
  expect(events).toMatchObject([{ reason: 'too-many-changes' }]);
});

it('a window that was read ahead of a deletion stays good', async () => {
  const items = projects(1000);
  const { client, windows } = serveMoving(items, { 6: () => items.splice(5, 30) });
  const seen = ids(await collect(client.projects.list({}, { prefetch: 4 })));
  expect(seen).toEqual(numbers(1, 1000));
  expect(windows().length).toBeLessThanOrEqual(11 + 4);
});

it('a list whose items leave it as they are worked off is worked off wholly', async () => {
  const items = projects(1000);
  const { client, windows } = serveList({ items });
  const done: string[] = [];
  for await (const { id } of client.projects.list({ status: 'active' })) {
    done.push(id);
    remove(items, id);
  }
  expect(done).toHaveLength(1000);
  expect(new Set(done).size).toBe(1000);
  expect(windows().length).toBeLessThanOrEqual(2 * 10 + 2);
});

it('a walk that starts further on yields nothing from in front of its start', async () => {
  const items = projects(500);
  const { client } = serveMoving(items, { 2: () => items.splice(0, 65), 4: () => items.splice(100, 200) });
  const found = ids(await collect(client.projects.list({ page: 6 })));
  expect(found.filter((id) => id <= 100)).toEqual([]);
  expect(found).toEqual(expect.arrayContaining(numbers(401, 500)));
  expect(new Set(found).size).toBe(found.length);
});

it('items are recognized however long ago they were yielded', async () => {
  const items = projects(3000);
  const { client } = serveMoving(items, { 25: () => items.unshift(...projects(3800).slice(3000)) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 3000));
});

const withoutIds = Array.from({ length: 250 }, (_, index) => ({ name: index }));

it('items without an id are read as they come; an event and the log say that this is not verified', async () => {
  const lines: string[] = [];
  const log = (message: string) => lines.push(message);
  const { client, windows, events } = serveList({
    items: withoutIds,
    client: { logLevel: 'warn', responseValidation: 'off', logger: { debug: log, info: log, warn: log, error: log } },
  });
  expect(await collect(client.projects.list())).toEqual(withoutIds);
  expect(windows()).toEqual(['0-100', '100-200', '200-300']);
  expect(events).toEqual([{ method: 'GET', path: '/projects', route: '/projects', reason: 'missing-ids' }]);
  expect(lines).toEqual([expect.stringMatching(/GET \/projects: .* each item .*missing-ids/)]);
});

it('a walk that is left knows before that it can prove nothing, and so does the page', async () => {
  const { client, events } = serveList({ items: withoutIds });
  const reasons: unknown[] = [];
  for await (const page of client.projects.list().pages()) {
    reasons.push(page.unverified);
    if (reasons.length === 2) break;
  }
  expect(reasons).toEqual([undefined, 'missing-ids']);
  expect(events).toHaveLength(1);
});
