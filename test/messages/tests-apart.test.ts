import { expect, it, vi } from 'vitest';
import { Client, RateLimitError } from '@example/sdk';
import { createSandbox } from '@example/sandbox';
import { rejection, user } from '../support/http-server.ts';
import { errorResponse } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

// What docs/testing.md says of a token for each test.

const busy = () => Promise.resolve(errorResponse(429, { 'Retry-After': '30' }));
const healthy = () => Promise.resolve(Response.json(user));
const clientOf = (apiToken: string, fetch: typeof busy, warn = vi.fn()) =>
  new Client({ apiToken, fetch, maxRetries: 0, logger: { ...console, warn } });

it('a test with a token of its own does not wait for the 429 of another one', async () => {
  useVirtualTime();
  const start = performance.now();
  expect(await rejection(clientOf(crypto.randomUUID(), busy).users.get('user_123'))).toBeInstanceOf(RateLimitError);

  await settled(clientOf(crypto.randomUUID(), healthy).users.get('user_123'));

  expect(performance.now() - start).toBe(0);
});

it('a test with the same token waits, and the warning says what to do', async () => {
  useVirtualTime();
  const apiToken = crypto.randomUUID();
  const warn = vi.fn();
  await rejection(clientOf(apiToken, busy).users.get('user_123'));

  await settled(clientOf(apiToken, healthy, warn).users.get('user_123'));

  const line = expect.stringMatching(/waits about 30 s .* In tests, use a new apiToken for each\.$/) as string;
  expect(warn).toHaveBeenCalledExactlyOnceWith(line, expect.anything());
});

it('each sandbox has a token of its own', () => {
  expect(createSandbox().apiToken).not.toBe(createSandbox().apiToken);
});
