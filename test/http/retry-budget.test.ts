import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RetryBudget } from '../../src/http/retry-budget.ts';
import { clientOf, rejection, user } from '../support/http-server.ts';
import { errorResponse, inProcessApi } from '../support/in-process-api.ts';
import { settled, useVirtualTime } from '../support/virtual-time.ts';

beforeEach(useVirtualTime);

// The golden ratio spreads the backoff of any number of calls evenly, and the same way in each run.
beforeEach(() => {
  let call = 0;
  vi.spyOn(Math, 'random').mockImplementation(() => (++call * 0.618_033_988_749_895) % 1);
  return () => vi.restoreAllMocks();
});

const unpaced = { rateLimit: false } as const;
const many = (count: number, call: (index: number) => PromiseLike<unknown>) =>
  settled(Promise.allSettled(Array.from({ length: count }, (_, index) => call(index))));

describe('the retry budget', () => {
  it('limits 500 calls to an API that is down to 550 attempts', async () => {
    const api = inProcessApi(() => errorResponse(503));
    const client = clientOf(api, unpaced);

    const results = await many(500, () => client.users.get('user_123'));

    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(api.requests).toHaveLength(500 + 50);
  });

  it('is the same for calls that are made one after another', async () => {
    const api = inProcessApi(() => errorResponse(503));
    const client = clientOf(api, unpaced);

    for (let call = 0; call < 100; call++) await settled(rejection(client.users.get('user_123')));

    expect(api.requests).toHaveLength(100 + 50);
  });

  it('suffices for every call to be retried after a short outage, even if all 500 failed at once', async () => {
    const seen = new Set<string>();
    const api = inProcessApi(({ url }) => {
      if (seen.has(url)) return Response.json(user);
      seen.add(url);
      return errorResponse(503);
    });
    const client = clientOf(api, unpaced);

    const results = await many(500, (index) => client.users.get(`user_${index}`));

    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(api.requests).toHaveLength(1000);
  });

  it('grows by one retry for every ten calls that succeed', async () => {
    let isDown = true;
    const api = inProcessApi(() => (isDown ? errorResponse(503) : Response.json(user)));
    const client = clientOf(api, unpaced);
    await many(100, () => client.users.get('user_123'));

    isDown = false;
    await many(300, () => client.users.get('user_123'));
    isDown = true;
    const before = api.requests.length;
    await many(20, () => client.users.get('user_123'));

    expect(api.requests.length - before).toBe(20 + 30);
  });

  it('is full again after 500 calls that succeed, and then allows every retry', async () => {
    let isDown = true;
    const api = inProcessApi(() => (isDown ? errorResponse(503) : Response.json(user)));
    const client = clientOf(api, unpaced);
    await many(100, () => client.users.get('user_123'));

    isDown = false;
    await many(500, () => client.users.get('user_123'));
    isDown = true;
    const before = api.requests.length;
    await many(20, () => client.users.get('user_123'));

    expect(api.requests.length - before).toBe(20 + 40);
  });

  it('is shared by a client and those made from it with withOptions', async () => {
    const api = inProcessApi(() => errorResponse(503));
    const client = clientOf(api, unpaced);
    await many(100, () => client.users.get('user_123'));
    const before = api.requests.length;

    await settled(rejection(client.withOptions({ timeout: 1000 }).users.get('user_123')));

    expect(api.requests.length - before).toBe(1);
  });
});

describe('a retry that waits for the outcome of others', () => {
  const spent = async () => {
    const budget = new RetryBudget();
    for (let retry = 0; retry < 50; retry++) expect(await budget.spend(undefined)).toBe(true);
    return budget;
  };

  it('stops waiting as soon as its call is aborted, and leaves the budget to the next one', async () => {
    const budget = await spent();
    const controller = new AbortController();
    const aborted = budget.spend(controller.signal);
    const next = budget.spend(undefined);

    budget.settle(true);
    controller.abort(new Error('changed my mind'));

    expect(await rejection(aborted)).toEqual(new Error('changed my mind'));
    expect(await next).toBe(true);
  });

  it('is refused, like all others that wait, once the last retry in flight has failed', async () => {
    const budget = await spent();
    const waiting = [budget.spend(undefined), budget.spend(undefined), budget.spend(undefined)];

    for (let retry = 0; retry < 50; retry++) budget.settle(false);

    expect(await Promise.all(waiting)).toEqual([false, false, false]);
  });
});
