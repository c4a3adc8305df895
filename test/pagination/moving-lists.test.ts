import { expect, it } from 'vitest';
import { collect, project, projects, serveList } from './list-server.ts';

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
  const { client, windows } = serveMoving(items, {
    2: () => items.unshift(project(281)),
    3: () => items.unshift(project(282), project(283), project(284)),
  });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 280));
  expect(windows()).toEqual(['0-100', '96-192', '188-282', '276-368']);
});

it('up to three items deleted in front cost nothing either, as windows overlap by four', async () => {
  const items = projects(280);
  const { client, windows } = serveMoving(items, { 3: () => items.splice(5, 3) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 280));
  expect(windows()).toEqual(['0-100', '96-192', '188-282']);
});

it('more of them cost a request or two, and let no other slip past', async () => {
  const items = projects(280);
  const { client, windows } = serveMoving(items, { 3: () => items.splice(5, 40) });
  expect(ids(await collect(client.projects.list()))).toEqual(numbers(1, 280));
  expect(windows().slice(0, 3)).toEqual(['0-100', '96-192', '188-282']);
  expect(windows().length).toBeLessThanOrEqual(5);
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
    items.splice(
      items.findIndex((item) => item.id === id),
      1,
    );
  }
  expect(done).toHaveLength(1000);
  expect(new Set(done).size).toBe(1000);
  expect(windows().length).toBeLessThanOrEqual(2 * 10 + 2);
});

it('a walk that starts further on yields nothing from in front of its start', async () => {
  const items = projects(500);
  const { client } = serveMoving(items, {
    2: () => items.splice(0, 65),
    4: () => items.splice(100, 200),
  });
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
