// Testing your own code with msw: it answers every request of the process, whoever made the client.
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

test('somebody new gets an account', async () => {
  expect(await signUp(client, 'Ada', 'ada@example.com')).toMatchObject({ name: 'Ada' });
});

test('an answer of your own takes the place of the API for one test', async () => {
  const error = { code: 'email_taken', message: 'This email has an account.' };
  server.use(http.post('https://api.example.com/v1/users', () => HttpResponse.json({ error }, { status: 409 })));

  expect(await signUp(client, 'Grace', 'grace@example.com')).toBe('taken');
});
