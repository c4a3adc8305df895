import { expect, it } from 'vitest';
import { ExampleError, InternalServerError, NotFoundError, TimeoutError, type Project } from '@example/sdk';
import { fail, rejection } from '../support/http-server.ts';
import { collect, projects, serveList, type ListServerOptions } from './list-server.ts';

// A rejection that nobody handles fails the run.

/** The list, with one page that fails as long as `isBroken`. */
function serveBroken(broken: number, status: number, options: Partial<ListServerOptions> = {}) {
  const state = { isBroken: true };
  const server = serveList({
    items: projects(400),
    intercept: (page, response) => {
      if (page !== broken || !state.isBroken) return false;
      fail(response, status);
      return true;
    },
    ...options,
  });
  return { state, server };
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

it.each([0, 4])('the items of the pages before come first, with prefetch %i', async (prefetch) => {
  const { client } = await serveBroken(3, 404).server;
  const { seen, error } = await readUntilError(client.projects.list({}, { prefetch }));
  expect(error).toBeInstanceOf(NotFoundError);
  expect(seen).toEqual(projects(192));
  expect(error).toHaveProperty('cursor');
});

it('so do those of a page that is short, while it is asked whether the list ends with it', async () => {
  const { state, server } = serveBroken(2, 500, { items: projects(30), lie: ({ data }) => ({ data }) });
  const { client } = await server;
  const { seen, error } = await readUntilError(client.projects.list());
  expect(seen).toEqual(projects(30));
  state.isBroken = false;
  expect(await collect(client.projects.list({}, { cursor: error.cursor }))).toEqual([]);
});

it('the error is the one of the request, and has the cursor to go on from', async () => {
  const { client } = await serveBroken(2, 500).server;
  const error = await rejection(client.projects.list().toArray());
  expect(error).toBeInstanceOf(InternalServerError);
  expect(error).toMatchObject({ cursor: expect.any(String) as string, status: 500, method: 'GET', path: '/projects' });
  expect(JSON.parse(JSON.stringify(error))).toHaveProperty('cursor');
});

it('also if nothing was read yet; an awaited page and other calls have none', async () => {
  const { state, server } = serveBroken(1, 404);
  const { client } = await server;
  const error = await rejection(client.projects.list().toArray());
  expect(await rejection(client.projects.list())).not.toHaveProperty('cursor');
  expect(await rejection(client.users.get('user_1'))).not.toHaveProperty('cursor');
  state.isBroken = false;
  expect(await collect(client.projects.list({}, { cursor: (error as NotFoundError).cursor }))).toEqual(projects(400));
});

it('an error outside HTTP has it, too', async () => {
  const { client } = await serveList({
    items: projects(200),
    intercept: (page) => page === 2,
    client: { timeout: 50 },
  });
  const error = await rejection(client.projects.list().toArray());
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toHaveProperty('cursor');
});

it('a page is retried as any GET is, before it comes to an error', async () => {
  let attempts = 0;
  const { client } = await serveList({
    items: projects(160),
    intercept: (page, response) => {
      if (page !== 2 || (attempts += 1) > 1) return false;
      fail(response, 503, { 'retry-after': '0' });
      return true;
    },
    client: { maxRetries: 2 },
  });
  expect(await collect(client.projects.list())).toEqual(projects(160));
  expect(attempts).toBe(2);
});

it('a request past the end that fails is none of the list', async () => {
  const { client } = await serveBroken(4, 404, {
    items: projects(250),
    // Only the first answer is wrong, so that a fourth window is requested ahead and then not needed.
    lie: (answer, page) => (page === 1 ? { ...answer, meta: { ...answer.meta, total_count: 400 } } : answer),
  }).server;
  expect(await collect(client.projects.list({}, { prefetch: 8 }))).toEqual(projects(250));
});

it('a window that is read again and fails has the cursor, too', async () => {
  const items = projects(160);
  let firstReads = 0;
  const { client } = await serveList({
    items,
    intercept: (page, response) => {
      if (page === 1 && (firstReads += 1) === 2) {
        fail(response, 500);
        return true;
      }
      if (page === 2) items.splice(0, 10);
      return false;
    },
  });
  const { seen, error } = await readUntilError(client.projects.list());
  expect(error).toBeInstanceOf(InternalServerError);
  expect(seen).toEqual(projects(100));
  expect(await collect(client.projects.list({}, { cursor: error.cursor }))).toEqual(projects(160).slice(100));
});
