import { createSandbox, type ProjectRecord } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call } from '../support/calls.ts';

interface Page {
  data: ProjectRecord[];
  meta: { current_page: number; total_pages: number; total_count: number };
}

async function list(sandbox: ReturnType<typeof createSandbox>, query = ''): Promise<Page> {
  const response = await call(sandbox, `GET /v1/projects${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

test('there are 100 projects on 5 pages of 20, newest first, each on one page', async () => {
  const sandbox = createSandbox();
  const seen: string[] = [];
  for (let page = 1; page <= 5; page++) {
    const { data, meta } = await list(sandbox, `?page=${page}`);
    expect(data).toHaveLength(20);
    expect(meta).toEqual({ current_page: page, total_pages: 5, total_count: 100 });
    seen.push(...data.map((project) => project.created_at));
  }
  expect(new Set(seen).size).toBe(100);
  expect(seen).toEqual([...seen].sort().reverse());
});

test('a project has the documented fields and a status', async () => {
  const sandbox = createSandbox({
    projects: [{ id: 'proj_1', name: 'One', description: '', created_at: '2024-01-01T00:00:00Z' }],
  });
  expect((await list(sandbox)).data).toEqual([
    { id: 'proj_1', name: 'One', description: '', created_at: '2024-01-01T00:00:00Z', status: 'active' },
  ]);
});

test('status filters the list, and the counts match the filtered list', async () => {
  const sandbox = createSandbox({ projects: [{ status: 'active' }, { status: 'archived' }, { status: 'active' }] });

  const active = await list(sandbox, '?status=active&per_page=1');
  expect(active.data.map((project) => project.status)).toEqual(['active']);
  expect(active.meta).toEqual({ current_page: 1, total_pages: 2, total_count: 2 });
  expect(await list(sandbox, '?status=unheard-of')).toEqual({
    data: [],
    meta: { current_page: 1, total_pages: 0, total_count: 0 },
  });
});

test('a page after the last one is empty', async () => {
  const { data, meta } = await list(createSandbox(), '?page=6');
  expect(data).toEqual([]);
  expect(meta).toEqual({ current_page: 6, total_pages: 5, total_count: 100 });
});

test.each([
  ['page=0', { page: 'Must be an integer of at least 1.' }],
  ['page=-1', { page: 'Must be an integer of at least 1.' }],
  ['page=1.5', { page: 'Must be an integer of at least 1.' }],
  ['page=', { page: 'Must be an integer of at least 1.' }],
  ['page=9999999999999999999', { page: 'Must be an integer of at least 1.' }],
  ['per_page=0', { per_page: 'Must be an integer from 1 to 100.' }],
  ['per_page=101', { per_page: 'Must be an integer from 1 to 100.' }],
  ['per_page=all', { per_page: 'Must be an integer from 1 to 100.' }],
  ['status=', { status: 'Must not be empty: leave it out to get every project.' }],
  ['page=1&page=2', { page: 'Must be given once.' }],
  ['perPage=5', { perPage: 'Unknown field. Known fields: page, per_page, status.' }],
])('?%s: 422 that names the parameter', async (query, details) => {
  const response = await call(createSandbox(), `GET /v1/projects?${query}`);
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', details } });
});

test('the same seed gives the same projects, another seed gives others', async () => {
  const now = () => 1_700_000_000_000;
  const first = await list(createSandbox({ now, seed: 7 }));
  expect(new Set(first.data.map(({ status }) => status)).size).toBeGreaterThan(1);
  expect(await list(createSandbox({ now, seed: 7 }))).toEqual(first);
  expect(await list(createSandbox({ now, seed: 8 }))).not.toEqual(first);
});
