// Test your own code against the local API in the same process: no network, no port, no account.
import { Client } from '@example/sdk';
import { createSandbox, type Sandbox } from '@example/sandbox';
import { expect, onTestFinished, test, vi } from 'vitest';
import { signUp } from './sign-up.ts';

const clientOf = ({ apiToken, fetch }: Sandbox) => new Client({ apiToken, fetch });

test('a new person gets an account', async () => {
  await using sandbox = createSandbox(); // closed at the end of the test
  const client = clientOf(sandbox);

  const user = await signUp(client, 'Ada', 'ada@example.com');

  expect(user).toMatchObject({ name: 'Ada', email: 'ada@example.com' });
});

test('an email address gets only one account', async () => {
  await using sandbox = createSandbox();
  const client = clientOf(sandbox);
  await signUp(client, 'Ada', 'ada@example.com');

  expect(await signUp(client, 'Ada again', 'ada@example.com')).toBe('taken');
});

test('a refusal goes unnoticed', async () => {
  vi.useFakeTimers(); // so that the test does not wait for five seconds
  onTestFinished(() => void vi.useRealTimers());
  await using sandbox = createSandbox();
  const client = clientOf(sandbox);
  sandbox.faults.next({ status: 429, retryAfter: 5 });

  const user = signUp(client, 'Ada', 'ada@example.com');
  await vi.runAllTimersAsync();

  expect(await user).toMatchObject({ name: 'Ada' });
  expect(sandbox.requests).toHaveLength(2);
});
