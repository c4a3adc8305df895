import { expect, it, vi } from 'vitest';
import { ExampleError, InternalServerError, NotFoundError, type Project } from '@example/sdk';
import { clientOf, rejection } from '../support/http-server.ts';
import { errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { collect, projects, serveList, type ListServerOptions } from './support/list-server.ts';

// A rejection that nobody handles fails the run. test/errors/frozen-realm.process.test.ts has the cursors of other errors.

/** A client of the list, with one page that fails as long as `isBroken`. */
function serveBroken(broken: number, status: number, options: Partial<ListServerOptions> = {}) {
  const state = { isBroken: true };
  const intercept = (page: number) => (page === broken && state.isBroken ? errorResponse(status) : undefined);
  return { state, ...serveList({ items: projects(400), intercept, ...options }) };
}

/** The items that come before the error, and the error. */
async function readUntilError(list: AsyncIterable<Project>): Promise<{ seen: Project[]; error: ExampleError }> {
  const seen: Project[] = [];
  const loop = async () => {
    for await (const project of list) seen.push(project);
  };
  const error = await rejection(loop());
  if (!(error instanceof ExampleError)) throw error;
  return { seen, error };
}

it.each([0, 4])(
  'the items of the pages before come first, then the error and its cursor: prefetch %i',
  async (ahead) => {
    const { client, state } = serveBroken(3, 404);
    const { seen, error } = await readUntilError(client.projects.list({}, { prefetch: ahead }));
    expect(seen).toEqual(projects(198));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({
      cursor: expect.any(String) as string,
      status: 404,
      method: 'GET',
      path: '/projects',
    });
    expect(JSON.parse(JSON.stringify(error))).toHaveProperty('cursor');
    state.isBroken = false;
    expect(await collect(client.projects.list({}, { cursor: error.cursor }))).toEqual(projects(400).slice(198));
  },
);

it('so do those of a page that is short, while it is asked whether the list ends with it', async () => {
  const { client, state } = serveBroken(2, 500, { items: projects(30), lie: ({ data }) => ({ data }) });
  const { seen, error } = await readUntilError(client.projects.list());
  expect(seen).toEqual(projects(30));
  state.isBroken = false;
  expect(await collect(client.projects.list({}, { cursor: error.cursor }))).toEqual([]);
});

it('also if nothing was read yet; an awaited page and other calls have none', async () => {
  const { client, state } = serveBroken(1, 404);
  const { error } = await readUntilError(client.projects.list());
  expect(await rejection(client.projects.list())).not.toHaveProperty('cursor');
  expect(await rejection(client.users.get(''))).not.toHaveProperty('cursor');
  state.isBroken = false;
  expect(await collect(client.projects.list({}, { cursor: error.cursor }))).toEqual(projects(400));
});

it('a request past the end that fails is none of the list', async () => {
  const { client } = serveBroken(4, 404, {
    items: projects(250),
    // Only the first answer is wrong, so that a fourth window is requested ahead and then not needed.
    lie: (answer, page) => (page === 1 ? { ...answer, meta: { ...answer.meta, total_count: 400 } } : answer),
  });
  expect(await collect(client.projects.list({}, { prefetch: 8 }))).toEqual(projects(250));
});

it('a window that is read again and fails has the cursor, too', async () => {
  const items = projects(160);
  let requests = 0;
  const { client } = serveList({
    items,
    intercept: () => {
      requests += 1;
      if (requests === 3) return errorResponse(500);
      // The second window shares nothing then with the first.
      if (requests === 2) items.splice(0, 10);
      return undefined;
    },
  });
  const { seen, error } = await readUntilError(client.projects.list());
  expect(error).toBeInstanceOf(InternalServerError);
  expect(seen).toEqual(projects(100));
  expect(await collect(client.projects.list({}, { cursor: error.cursor }))).toEqual(projects(160).slice(100));
});

it('an iteration from a page on ends between two items when its signal aborts, as that of the list does', async () => {
  const { client } = serveList({ items: projects(40) });
  const controller = new AbortController();
  const page = await client.projects.list({ per_page: 20 }, { signal: controller.signal });
  const seen: Project[] = [];
  const loop = async () => {
    for await (const project of page) if (seen.push(project) === 3) controller.abort();
  };
  expect(await rejection(loop())).toBe(controller.signal.reason);
  expect(seen).toHaveLength(3);
});

it('a secret in the path is shown neither in listUnverified nor in a cursor', async () => {
  const secret = 'supersecretvalue1';
  const api = inProcessApi(() => Response.json({ data: [{ name: 'no id' }], meta: { page: 1, total_pages: 3 } }));
  const warn = vi.fn();
  const client = clientOf(api, { logger: { error: warn, warn, info: warn, debug: warn }, logLevel: 'debug' });
  const events = vi.fn();
  client.on('listUnverified', events);
  const list = client.list('/t/{api_key}/items', { params: { api_key: secret } });
  const page = await list;
  await client.list('/t/{api_key}/items', { params: { api_key: secret } }).toArray({ limit: 3 });
  expect(events).toHaveBeenCalled();
  expect(JSON.stringify([events.mock.calls, warn.mock.calls])).not.toContain(secret);
  expect(Buffer.from(page.cursor, 'base64url').toString()).not.toContain(secret);
});

it('what was requested ahead and will not do any more is cancelled', async () => {
  const signals: AbortSignal[] = [];
  const controller = new AbortController();
  const answer = (data: object[]) => Response.json({ data, meta: { page: 1, total_pages: 9, total_count: 900 } });
  const api = inProcessApi((request) => {
    signals.push(request.init.signal);
    if (signals.length === 1) return answer(projects(100));
    if (signals.length === 2) return answer(Array.from({ length: 100 }, () => ({ name: 'without an id' })));
    return noAnswer(request);
  });
  const pages = clientOf(api)
    .projects.list({}, { prefetch: 4, responseValidation: 'off', signal: controller.signal })
    .pages();
  await pages.next();
  const second = pages.next();
  await expect.poll(() => signals.filter(({ aborted }) => aborted).length).toBeGreaterThanOrEqual(3);
  controller.abort();
  await expect(second).rejects.toBe(controller.signal.reason);
});
