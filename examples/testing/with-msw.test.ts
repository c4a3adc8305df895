// Test your own code with msw. It answers every request of the process, so your code can create its own client.
import { Client } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { signUp } from './sign-up.ts';

const sandbox = createSandbox();
const api = 'https://api.example.com/v1/*';
const server = setupServer(http.all(api, ({ request }) => sandbox.fetch(request))); // the whole API, with its state

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const client = new Client({ apiToken: sandbox.apiToken });

test('a new person gets an account', async () => {
  expect(await signUp(client, 'Ada', 'ada@example.com')).toMatchObject({ name: 'Ada' });
});

test('one test can replace an answer of the API', async () => {
  const error = { code: 'email_taken', message: 'This email address already has an account.' };
  server.use(http.post('https://api.example.com/v1/users', () => HttpResponse.json({ error }, { status: 409 })));

  expect(await signUp(client, 'Grace', 'grace@example.com')).toBe('taken');
});
