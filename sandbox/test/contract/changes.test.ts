import { describe, expect, test, vi } from 'vitest';
import type * as module from '../../src/resources/projects.ts';
import { createSandbox } from '../../src/index.ts';
import { call, over } from '../support/calls.ts';
import { testResponses } from '../support/responses.ts';

// As if the API had PATCH and DELETE for projects: what follows from the description of a resource.
vi.mock('../../src/resources/projects.ts', async (original) => {
  const { projects } = await original<typeof module>();
  const more = { get: true, update: ['name', 'description'], delete: true, unique: 'name', initial: 1 };
  return { projects: { ...projects, ...more } };
});

testResponses(createSandbox);

describe('PATCH', () => {
  test('changes the fields that the body has', async () => {
    const sandbox = createSandbox({ projects: [{ name: 'Old', description: 'The same.', status: 'paused' }] });
    const response = await call(sandbox, 'PATCH /v1/projects/proj_123', { json: { name: 'New' } });

    expect(await response.json()).toMatchObject({ name: 'New', description: 'The same.', status: 'paused' });
    expect(sandbox.state.projects.get('proj_123')).toMatchObject({ name: 'New', description: 'The same.' });
    expect((await call(sandbox, 'PATCH /v1/projects/proj_123', { json: {} })).status).toBe(200);
  });

  test.each([
    ['a field that can’t be changed', { status: 'paused' }, 'status'],
    ['an invalid value', { name: '' }, 'name'],
  ])('refuses %s, and changes nothing', async (_, json, field) => {
    const sandbox = createSandbox();
    const before = sandbox.state.projects.list();
    const response = await call(sandbox, 'PATCH /v1/projects/proj_123', { json });

    expect([response.status, await response.json()]).toMatchObject([
      422,
      { error: { details: { [field]: expect.any(String) } } },
    ]);
    expect(sandbox.state.projects.list()).toEqual(before);
  });
});

describe.each(['sandbox.fetch', 'HTTP'])('DELETE over %s', (transport) => {
  test('responds without a body, and the record is gone', async () => {
    const local = createSandbox({ projects: 2 });
    const server = await local.listen();
    const sandbox = transport === 'HTTP' ? over(server, local) : local;
    const response = await call(sandbox, 'DELETE /v1/projects/proj_123');

    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([204, null, '']);
    expect((await call(sandbox, 'GET /v1/projects/proj_123')).status).toBe(404);
    expect((await call(sandbox, 'DELETE /v1/projects/proj_123')).status).toBe(404);
    expect(await (await call(sandbox, 'GET /v1/projects')).json()).toMatchObject({ meta: { total_count: 1 } });
    await local.close();
  });
});

test.each(['cut', 'malformed', 'html', 'empty'] as const)(
  'a response without a body is not corrupted: %s',
  async (body) => {
    const sandbox = createSandbox();
    sandbox.faults.next({ body });
    expect((await call(sandbox, 'DELETE /v1/projects/proj_123')).status).toBe(204);
  },
);

test('pages may send the methods, and Allow has them', async () => {
  const sandbox = createSandbox();
  const headers = { Origin: 'http://localhost:3000', 'Access-Control-Request-Method': 'DELETE' };
  const preflight = await call(sandbox, 'OPTIONS /v1/projects/proj_123', { token: null, headers });
  expect(preflight.headers.get('access-control-allow-methods')?.split(',').sort()).toEqual([
    'DELETE',
    'GET',
    'HEAD',
    'PATCH',
    'POST',
  ]);
  const refused = await call(sandbox, 'PUT /v1/projects/proj_123');
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, PATCH, DELETE']);
});
