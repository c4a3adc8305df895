import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InternalServerError, RateLimitError, type ShouldRetry } from '@example/sdk';
import { clientOf, newUser, rejection, throwing } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);
beforeEach(() => fixJitter(1));

describe('shouldRetry', () => {
  it('gets the error and the attempt before each retry; that of a call replaces that of its client', async () => {
    const shouldRetry = vi.fn<ShouldRetry>(() => true);
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { shouldRetry: () => false });

    await settled(rejection(client.users.get('user_123', { shouldRetry })));

    const target = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };
    expect(shouldRetry.mock.calls).toEqual([
      [expect.any(InternalServerError), { ...target, attempt: 1, delay: 50 }],
      [expect.any(InternalServerError), { ...target, attempt: 2, delay: 100 }],
    ]);
    expect(api.requests).toHaveLength(3);
  });

  it.each<[string, number, ShouldRetry, sent: number]>([
    ['', 500, (_, { attempt }) => attempt < 2, 2],
    [' that would wait for the rate limit', 429, (error) => !(error instanceof RateLimitError), 1],
  ])('vetoes a retry%s: the call rejects with the error of the attempt', async (_, status, shouldRetry, sent) => {
    const api = inProcessApi(() => errorResponse(status));

    const error = await settled(rejection(clientOf(api, { shouldRetry }).users.get('user_123')));

    expect(error).toMatchObject({ status });
    expect(api.requests).toHaveLength(sent);
  });

  it.each<[string, () => unknown]>([
    ['undefined', () => undefined],
    ['null', () => null],
    ['a promise', () => Promise.resolve(false)], // which would always be true
    ['a promise that rejects', () => Promise.reject(new Error('late'))],
  ])('has to return a boolean: the call rejects, and says so, if it returns %s', async (_, shouldRetry) => {
    const api = inProcessApi(() => errorResponse(500));
    // Callers without types may return anything.
    const client = clientOf(api, { shouldRetry: shouldRetry as ShouldRetry });
    const error = await settled(rejection(client.users.get('user_123')));
    expect(error).toMatchObject({
      name: 'ExampleError', // An InvalidRequestError would say that nothing was sent.
      message: expect.stringMatching(/^What shouldRetry returns must be true or false; got /),
      cause: { status: 500 },
    });
    expect(api.requests).toHaveLength(1);
  });

  it('may throw anything, which ends the call as a failure', async () => {
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { shouldRetry: throwing(undefined) });
    const outcomes: unknown[] = [];
    client.on('callEnd', ({ outcome, status }) => outcomes.push([outcome, status]));
    expect(await settled(rejection(client.users.get('user_123')))).toBeUndefined();
    expect(outcomes).toEqual([['failure', 500]]);
  });

  it('never causes a retry that could repeat an effect, or one too many', async () => {
    const shouldRetry = vi.fn<ShouldRetry>(() => true);
    const api = inProcessApi(() => errorResponse(500));
    const client = clientOf(api, { shouldRetry });

    await settled(rejection(client.users.create(newUser)));
    await settled(rejection(client.users.get('user_123', { maxRetries: 0 })));

    expect(api.requests).toHaveLength(2);
    expect(shouldRetry).not.toHaveBeenCalled();
  });
});
