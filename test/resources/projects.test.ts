import { expect, it } from 'vitest';
import { clientOf } from '../support/http-server.ts';
import { replying } from '../support/replies.ts';

it('list() gets the projects of a page, as they were filtered', async () => {
  const project = { id: 'proj_1', name: 'One', description: '', created_at: '2024-01-01T00:00:00Z' };
  const meta = { current_page: 2, total_pages: 3, total_count: 5 };
  const api = replying(() => Response.json({ data: [project, project], meta }));

  const page = await clientOf(api).projects.list({ page: 2, per_page: 2, status: 'active' });

  expect([page.data, page.meta]).toEqual([[project, project], meta]);
  expect(api.requests.map(({ url }) => url)).toEqual([`${api.url}/projects?page=2&per_page=2&status=active`]);
});
