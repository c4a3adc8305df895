import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { call, john } from '../support/calls.ts';
import { get, html } from '../support/dashboard.ts';

async function filled() {
  const sandbox = createSandbox({
    projects: [{ name: 'Moon' }, { name: 'Moon base' }],
    webhooks: {
      endpoints: [{ url: 'https://moon.example.com/hooks' }],
      fetch: () => Promise.resolve(new Response(null, { status: 204 })),
    },
  });
  await sandbox.state.tokens.create('Moon lander');
  await call(sandbox, 'POST /v1/users', { json: john, headers: { 'Idempotency-Key': 'moon-7' } });
  await call(sandbox, 'GET /v1/projects?status=moon');
  return sandbox;
}

test('everything is found by a part of what identifies it', async () => {
  const page = await html(await filled(), '/search?q=MOON');
  const kinds = [...page.matchAll(/class="kind">([^<]+)</g)].map(([, kind]) => kind);
  expect(kinds).toEqual(['Project', 'Project', 'Token', 'Webhook', 'Request', 'Request']);
});

test.each([
  ['proj_124', '/dashboard/projects/proj_124'],
  ['del_123', '/dashboard/deliveries/del_123'],
  ['moon-7', /^\/dashboard\/requests\/req_/],
])('a single hit leads straight to it: %s', async (query, location) => {
  const response = await get(await filled(), `/search?q=${encodeURIComponent(query)}`);
  expect([response.status, response.headers.get('location')]).toEqual([302, expect.stringMatching(location)]);
});

test('a user is found with the deliveries and requests about them', async () => {
  const page = await html(await filled(), '/search?q=user_123');
  const hits = [...page.matchAll(/class="kind">([^<]+)<\/span><span class="subject"><bdi>(.*?)<\/bdi>/g)];
  expect(hits.map(([, kind, subject]) => `${kind} ${subject}`)).toEqual([
    'User John Doe',
    'Delivery user.created: John Doe',
    'Request POST /v1/users',
  ]);
});

test('a request is found by its id', async () => {
  const sandbox = await filled();
  const { id } = sandbox.requests[0]!;
  expect((await get(sandbox, `/search?q=${id}`)).headers.get('location')).toBe(`/dashboard/requests/${id}`);
});

test('without a hit the page says what can be searched for', async () => {
  const sandbox = await filled();
  expect(await html(sandbox, '/search?q=mars')).toContain('Nothing was found.');
  expect(await html(sandbox, '/search')).toContain('What are you looking for?');
});
