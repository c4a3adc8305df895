import { Client } from '@example/sdk';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const api = 'https://api.example.com/v1';
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

/** Has a token of its own, so that no other test shares its rate limit. */
const newClient = () => new Client({ apiToken: crypto.randomUUID(), logLevel: 'off' });

const projects = Array.from({ length: 5 }, (_, index) => ({
  id: `proj_${index}`,
  name: `Project ${index}`,
  description: '',
  created_at: '2024-01-01T00:00:00Z',
}));

/** Answers with pages of the projects, as the reference documents them. Returns the query of each request. */
function servePages(): Record<string, string>[] {
  const queries: Record<string, string>[] = [];
  server.use(
    http.get(`${api}/projects`, ({ request }) => {
      const query = new URL(request.url).searchParams;
      queries.push(Object.fromEntries(query));
      const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 20)];
      return HttpResponse.json({
        data: projects.slice((page - 1) * size, page * size),
        meta: { current_page: page, total_pages: Math.ceil(projects.length / size), total_count: projects.length },
      });
    }),
  );
  return queries;
}

test('list() that is awaited gets one page, with its position', async () => {
  const queries = servePages();
  const page = await newClient().projects.list({ page: 2, per_page: 2, status: 'active' });
  expect(page.data).toEqual(projects.slice(2, 4));
  expect(page.meta).toEqual({ current_page: 2, total_pages: 3, total_count: 5 });
  expect(queries).toEqual([{ page: '2', per_page: '2', status: 'active' }]);
});

test('list() that is iterated yields the projects of all pages', async () => {
  const queries = servePages();
  const seen: unknown[] = [];
  for await (const project of newClient().projects.list({ per_page: 2, status: 'active' })) seen.push(project);
  expect(seen).toEqual(projects);
  expect(queries.every(({ status, per_page }) => status === 'active' && per_page === '2')).toBe(true);
});
