import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RetryBudget } from '../../src/http/retry-budget.ts';
import { clientOf, fail, json, rejection, serve, user } from '../support/http-server.ts';

/** Spreads the backoff over a few milliseconds instead of half a second. */
beforeEach(() => {
  const random = Math.random;
  vi.spyOn(Math, 'random').mockImplementation(() => random() / 20);
  return () => vi.restoreAllMocks();
});

const unpaced = { rateLimit: false } as const;
const many = (count: number, call: () => PromiseLike<unknown>) =>
  Promise.allSettled(Array.from({ length: count }, call));

describe('the retry budget', () => {
  it('keeps 500 calls against a dead API at about 550 attempts', async () => {
    const server = await serve((_, response) => fail(response, 503));
    const client = clientOf(server, unpaced);

    const results = await many(500, () => client.users.get('user_123'));

    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(server.requests.length).toBeGreaterThanOrEqual(540);
    expect(server.requests.length).toBeLessThanOrEqual(550);
  });

  it('does so too when the calls come one after the other', async () => {
    const server = await serve((_, response) => fail(response, 503));
    const client = clientOf(server, unpaced);

    for (let call = 0; call < 100; call++) await rejection(client.users.get('user_123'));

    expect(server.requests).toHaveLength(100 + 50);
  });

  it('lets everybody retry after a single blip, although all 500 failed at once', async () => {
    const seen = new Set<string>();
    const server = await serve(({ url }, response) => {
      if (seen.has(url)) json(response, 200, user);
      else fail(response, 503);
      seen.add(url);
    });
    const client = clientOf(server, unpaced);

    let call = 0;
    const results = await many(500, () => client.users.get(`user_${++call}`));

    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(server.requests).toHaveLength(1000);
  });

  it('lets a few retry while the API recovers, and all when it has', async () => {
    let isDown = true;
    const server = await serve((_, response) => (isDown ? fail(response, 503) : json(response, 200, user)));
    const client = clientOf(server, unpaced);
    await many(100, () => client.users.get('user_123'));

    isDown = false;
    await many(500, () => client.users.get('user_123'));
    isDown = true;
    const before = server.requests.length;
    await many(20, () => client.users.get('user_123'));

    expect(server.requests.length - before).toBe(20 + 40);
  });

  it('is one for a client and those made from it', async () => {
    const server = await serve((_, response) => fail(response, 503));
    const client = clientOf(server, unpaced);
    await many(100, () => client.users.get('user_123'));
    const before = server.requests.length;

    await rejection(client.withOptions({ timeout: 1000 }).users.get('user_123'));

    expect(server.requests.length - before).toBe(1);
  });
});

describe('a retry that waits for the outcome of others', () => {
  it('leaves at once when its call is aborted, and hands its turn on', async () => {
    const budget = new RetryBudget();
    for (let retry = 0; retry < 50; retry++) expect(await budget.spend(undefined)).toBe(true);
    const controller = new AbortController();
    const aborted = budget.spend(controller.signal);
    const next = budget.spend(undefined);

    budget.settle(true);
    controller.abort(new Error('changed my mind'));

    expect(await rejection(aborted)).toEqual(new Error('changed my mind'));
    expect(await next).toBe(true);
  });

  it('is refused with all that wait, once the last under way has failed', async () => {
    const budget = new RetryBudget();
    for (let retry = 0; retry < 50; retry++) await budget.spend(undefined);
    const waiting = [budget.spend(undefined), budget.spend(undefined), budget.spend(undefined)];

    for (let retry = 0; retry < 50; retry++) budget.settle(false);

    expect(await Promise.all(waiting)).toEqual([false, false, false]);
  });
});
