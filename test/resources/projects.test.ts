import { expect, test } from 'vitest';
import { collect, projects, serveList } from '../pagination/list-server.ts';

test('list() that is awaited gets one page, with its position', async () => {
  const { client, requests } = serveList({ items: projects(5) });
  const page = await client.projects.list({ page: 2, per_page: 2, status: 'active' });
  expect(page.data).toEqual(projects(5).slice(2, 4));
  expect(page.meta).toEqual({ current_page: 2, total_pages: 3, total_count: 5 });
  expect(requests.map(({ url }) => url)).toEqual([
    expect.stringMatching(/\/v1\/projects\?page=2&per_page=2&status=active$/),
  ]);
});

test('list() that is iterated yields the projects of all pages', async () => {
  const { client, queries } = serveList({ items: projects(5) });
  expect(await collect(client.projects.list({ per_page: 2, status: 'active' }))).toEqual(projects(5));
  expect(queries().every((query) => query.includes('per_page=2&status=active'))).toBe(true);
});
