import { afterEach, beforeEach, expect, it } from 'vitest';
import { APIError, ExampleError, InternalServerError, NotFoundError, TimeoutError, type Project } from '@example/sdk';
import { fail, rejection } from '../support/http-server.ts';
import { collect, projects, serveList, type ListServerOptions } from './list-server.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});

afterEach(async () => {
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

/** The list, with one page that fails as long as `isBroken`. */
function serveBroken(broken: number, status: number, options: Partial<ListServerOptions> = {}) {
  const state = { isBroken: true };
  const server = serveList({
    items: projects(100),
    intercept: (page, response) => {
      if (page !== broken || !state.isBroken) return false;
      fail(response, status);
      return true;
    },
    ...options,
  });
  return { state, server };
}

it.each([0, 1, 4, 16])('the items of the pages before come first, with prefetch %i', async (prefetch) => {
  const { client } = await serveBroken(3, 404).server;
  const seen: Project[] = [];
  const loop = async () => {
    for await (const project of client.projects.list({}, { prefetch })) seen.push(project);
  };
  const error = await rejection(loop());
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toHaveProperty('page', 3);
  expect(seen).toEqual(projects(40));
});

it('the error is the one of the page, and says which page it was', async () => {
  const { client } = await serveBroken(2, 500).server;
  const error = await rejection(client.projects.list().toArray());
  expect(error).toBeInstanceOf(InternalServerError);
  expect(error).toMatchObject({ page: 2, status: 500, method: 'GET', path: '/projects' });
  expect(JSON.parse(JSON.stringify(error))).toHaveProperty('page', 2);
});

it('a page that is awaited says so, too, and other calls have no page', async () => {
  const { client } = await serveBroken(1, 404).server;
  expect(await rejection(client.projects.list())).toHaveProperty('page', 1);
  expect(await rejection(client.users.get('user_1'))).not.toHaveProperty('page');
});

it('an error outside HTTP says so, too', async () => {
  const { client } = await serveList({
    items: projects(100),
    intercept: (page) => page === 2,
    client: { timeout: 50 },
  });
  const error = await rejection(client.projects.list().toArray());
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toHaveProperty('page', 2);
});

it('a list goes on from the page that failed, and nothing is lost', async () => {
  const { state, server } = serveBroken(3, 503);
  const { client } = await server;
  const seen: Project[] = [];
  let page = 1;
  let failures = 0;
  for (let isDone = false; !isDone;) {
    try {
      for await (const project of client.projects.list({ page }, { prefetch: 2 })) seen.push(project);
      isDone = true;
    } catch (error) {
      if (!(error instanceof ExampleError) || error.page === undefined) throw error;
      page = error.page;
      failures += 1;
      state.isBroken = false;
    }
  }
  expect(seen).toEqual(projects(100));
  expect(failures).toBe(1);
});

it('a page is retried as any GET is, before it comes to an error', async () => {
  let attempts = 0;
  const { client } = await serveList({
    items: projects(60),
    intercept: (page, response) => {
      if (page !== 2 || (attempts += 1) > 1) return false;
      fail(response, 503, { 'retry-after': '0' });
      return true;
    },
    client: { maxRetries: 2 },
  });
  expect(await collect(client.projects.list())).toEqual(projects(60));
  expect(attempts).toBe(2);
});

it('a page past the end that fails is none of the list', async () => {
  const { client } = await serveBroken(4, 404, {
    items: projects(60),
    // Only the first page is wrong, so that the fourth is requested ahead and then not needed.
    lie: (answer, page) => (page === 1 ? { ...answer, meta: { ...answer.meta, total_pages: 4 } } : answer),
  }).server;
  expect(await collect(client.projects.list({}, { prefetch: 8 }))).toEqual(projects(60));
});

it('a page that is read again and fails is the one to go on from', async () => {
  const items = projects(60);
  let firstReads = 0;
  const { client } = await serveList({
    items,
    intercept: (page, response) => {
      if (page === 1 && (firstReads += 1) === 2) {
        fail(response, 500);
        return true;
      }
      if (page === 2) items.shift();
      return false;
    },
  });
  const seen: Project[] = [];
  const loop = async () => {
    for await (const project of client.projects.list()) seen.push(project);
  };
  const error = await rejection(loop());
  expect(error).toBeInstanceOf(APIError);
  expect(error).toHaveProperty('page', 1);
  expect(seen).toEqual(projects(20));
});
