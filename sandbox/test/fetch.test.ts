import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { createSandbox as createBrowserSandbox } from '../src/browser.ts';
import { call, john } from './support/calls.ts';

const apiToken = 'token-of-this-test';
const headers = { Authorization: `Bearer ${apiToken}` };

test('fetch needs no `this`, and responds under baseUrl', async () => {
  const { fetch, baseUrl } = createSandbox({ apiToken });
  expect((await fetch(`${baseUrl}/projects`, { headers })).status).toBe(200);
});

test('fetch takes a Request with or without a body, and an init that overrides it', async () => {
  const { fetch, baseUrl } = createSandbox({ apiToken });
  const request = new Request(`${baseUrl}/users`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(john),
  });
  expect((await fetch(request)).status).toBe(201);
  expect((await fetch(new Request(`${baseUrl}/projects`), { headers })).status).toBe(200);
});

test('an aborted signal rejects with its reason; if it was aborted before, the request is not sent', async () => {
  const sandbox = createSandbox({ apiToken });
  const reason = new Error('changed my mind');
  const signal = AbortSignal.abort(reason);
  await expect(sandbox.fetch(`${sandbox.baseUrl}/projects`, { headers, signal })).rejects.toBe(reason);
  await expect(sandbox.fetch(new Request(`${sandbox.baseUrl}/projects`, { signal }))).rejects.toBe(reason);
  expect(sandbox.requests).toEqual([]);

  const controller = new AbortController();
  const pending = sandbox.fetch(`${sandbox.baseUrl}/projects`, { headers, signal: controller.signal });
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
});

test('in a browser, fetch responds, and listen rejects and names the alternative', async () => {
  const sandbox = createBrowserSandbox({ projects: 3 });

  expect((await call(sandbox, 'GET /v1/projects')).status).toBe(200);
  await expect(sandbox.listen()).rejects.toThrow('sandbox.listen() needs Node.js');
});
