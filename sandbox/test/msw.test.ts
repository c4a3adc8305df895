import { createSandbox } from '@example/sandbox';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { john } from './calls.ts';

const sandbox = createSandbox();
const server = setupServer(
  http.all('https://api.example.com/*', ({ request }) =>
    // A connection that breaks is a rejected promise here, and this for msw.
    sandbox.fetch(request).catch(() => HttpResponse.error()),
  ),
);
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(async () => {
  server.resetHandlers();
  await sandbox.reset();
});
afterAll(() => server.close());

const headers = { Authorization: `Bearer ${sandbox.apiToken}`, 'Content-Type': 'application/json' };

test('an app that calls the global fetch meets the local API', async () => {
  const response = await fetch('https://api.example.com/v1/projects?per_page=1', { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('x-ratelimit-remaining')).toBe('99');
  expect(await response.json()).toMatchObject({ meta: { total_count: 100 } });

  const body = JSON.stringify(john);
  const created = await fetch('https://api.example.com/v1/users', { method: 'POST', headers, body });
  expect(created.status).toBe(201);
  expect(sandbox.state.users.list()).toHaveLength(1);
});

test('faults come through, and a handler of the test wins over the local API', async () => {
  sandbox.faults.next({ status: 503 });
  expect((await fetch('https://api.example.com/v1/projects', { headers })).status).toBe(503);
  sandbox.faults.next({ reset: true });
  await expect(fetch('https://api.example.com/v1/projects', { headers })).rejects.toThrow(TypeError);

  server.use(http.get('https://api.example.com/v1/projects', () => HttpResponse.json({ data: [] })));
  expect(await (await fetch('https://api.example.com/v1/projects', { headers })).json()).toEqual({ data: [] });
});
