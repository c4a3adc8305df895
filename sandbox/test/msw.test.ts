import { createSandbox } from '@example/sandbox';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

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

test("an app that calls the global fetch meets faults, and a test's own handler", async () => {
  sandbox.faults.next({ status: 503 });
  expect((await fetch('https://api.example.com/v1/projects', { headers })).status).toBe(503);
  sandbox.faults.next({ reset: true });
  await expect(fetch('https://api.example.com/v1/projects', { headers })).rejects.toThrow(TypeError);

  server.use(http.get('https://api.example.com/v1/projects', () => HttpResponse.json({ data: [] })));
  expect(await (await fetch('https://api.example.com/v1/projects', { headers })).json()).toEqual({ data: [] });
});
