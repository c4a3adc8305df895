import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeoutError } from '@example/sdk';
import { clientOf, newUser, rejection, serve } from '../support/http-server.ts';
import { inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { fixJitter, settled, useVirtualTime } from '../support/virtual-time.ts';

const reason = new Error('changed my mind');

beforeEach(useVirtualTime);

describe('totalTimeout', () => {
  it('ends the call while it waits for the response', async () => {
    const server = await serve(() => vi.advanceTimersByTime(500));

    const error = await rejection(clientOf(server).users.create(newUser, { totalTimeout: 500 }));

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message: 'The call took longer than its totalTimeout of 500 ms. (POST /users)',
      method: 'POST',
      path: '/users',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('covers all attempts and the waits between them', async () => {
    fixJitter(1);
    const api = inProcessApi(noAnswer);

    const call = clientOf(api, { timeout: 1000, maxRetries: 9 }).users.get('user_123', { totalTimeout: 4000 });

    expect(await settled(rejection(call))).toMatchObject({
      name: 'TimeoutError',
      message: 'The call took longer than its totalTimeout of 4000 ms. (GET /users/{id})',
    });
    // The second attempt follows after 50 ms of backoff, the third after 100, and the fourth is cut short.
    expect(api.requests.map(({ at }) => at)).toEqual([0, 1050, 2150, 3350]);
    expect(performance.now()).toBe(4000);
  });

  it('yields to the signal if that aborts first', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort(reason));

    const call = clientOf(server).users.get('user_123', { totalTimeout: 5000, signal: controller.signal });

    expect(await rejection(call)).toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not delay a signal that has already aborted', async () => {
    const api = inProcessApi(noAnswer);
    const signal = AbortSignal.abort(reason);

    expect(await rejection(clientOf(api).users.get('user_123', { totalTimeout: 5000, signal }))).toBe(reason);
    expect(api.requests).toHaveLength(0);
  });
});
