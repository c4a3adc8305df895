// Testing your own code against the local API in the same process: no network, no port, no account.
import { Client } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { expect, test } from 'vitest';
import { signUp } from './sign-up.ts';

function setup() {
  const sandbox = createSandbox();
  const client = new Client({ apiToken: sandbox.apiToken, fetch: sandbox.fetch });
  return { sandbox, client };
}

test('somebody new gets an account', async () => {
  const { client } = setup();

  const user = await signUp(client, 'Ada', 'ada@example.com');

  expect(user).toMatchObject({ name: 'Ada', email: 'ada@example.com' });
});

test('nobody gets two', async () => {
  const { client } = setup();
  await signUp(client, 'Ada', 'ada@example.com');

  expect(await signUp(client, 'Ada again', 'ada@example.com')).toBe('taken');
});

test('an outage of a moment is not noticed', async () => {
  const { sandbox, client } = setup();
  sandbox.faults.next({ status: 503, retryAfter: 0 });

  expect(await signUp(client, 'Ada', 'ada@example.com')).toMatchObject({ name: 'Ada' });
  expect(sandbox.requests).toHaveLength(2);
});
