import { beforeEach, describe, expect, it } from 'vitest';
import { clientOf, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';
import { failures, isReport, many } from './support/calls.ts';
import { documentedApi } from './support/documented-api.ts';

beforeEach(useVirtualTime);

describe('calls whose answers take longer than half a window', () => {
  it('do not wait for one at its turn', async () => {
    const client = clientOf(documentedApi({ latency: 70_000 }), { timeout: 90_000 });
    expect(failures(await many(400, () => client.users.get('user_123')))).toBe(0);
    // It takes ten minutes with an answer for each window.
    expect(performance.now()).toBeLessThan(480_000);
  });

  it('have at most 100 requests in flight', async () => {
    let inFlight = 0;
    let most = 0;
    const api = inProcessApi(async () => {
      most = Math.max(most, ++inFlight);
      await sleep(40_000);
      inFlight -= 1;
      const reset = (Math.floor(Date.now() / 60_000) + 1) * 60;
      return Response.json(user, { headers: { date: new Date().toUTCString(), ...budget(1000, 900, reset) } });
    });
    const client = clientOf(api, { timeout: 90_000 });
    await settled(client.users.get('user_123'));
    await passTime(60_000);
    expect(failures(await many(600, () => client.users.get('user_123')))).toBe(0);
    expect(most).toBe(100);
  });
});

it('a bucket whose reset is its next request refuses none, although answers take longer than that', async () => {
  let tokens = 100;
  let filledAt = Date.now();
  const api = inProcessApi(async () => {
    await sleep(500);
    tokens = Math.min(100, tokens + (Date.now() - filledAt) / 600);
    filledAt = Date.now();
    const isAdmitted = tokens >= 1;
    if (isAdmitted) tokens -= 1;
    const reset = Math.floor((filledAt + Math.max(0, 1 - tokens) * 600) / 1000);
    const headers = { date: new Date().toUTCString(), ...budget(100, Math.floor(tokens), reset) };
    await sleep(500);
    return isAdmitted ? Response.json(user, { headers }) : errorResponse(429, headers);
  });
  expect(failures(await many(300, () => clientOf(api).users.get('user_123')))).toBe(0);
  expect(api.requests).toHaveLength(300);
});

describe('an API that gives no answers', () => {
  it('for some calls keeps the others from no window', async () => {
    const api = documentedApi({ latency: 50 }, (request) => (isReport(request) ? noAnswer(request) : undefined));
    const client = clientOf(api, { totalTimeout: 70_000 });
    const calls = await many(300, (index) => client.request('GET', index < 10 ? '/reports' : '/users/user_123'));
    // Those without an answer, whose retries go first in the second window, and those that come too late for it.
    expect(failures(calls)).toBeLessThanOrEqual(10 + 10 + 100);
  });

  it.each([
    { limit: 5, count: 60, outage: 600_000 },
    { limit: 1, count: 20, outage: 120_000 },
    { limit: 20, count: 60, outage: 60_000 },
  ])('for a while uses up the retries of no call that waits: %j', async ({ limit, count, outage }) => {
    const api = documentedApi({ latency: 50, limit }, (request) =>
      performance.now() > 1000 && performance.now() < 1000 + outage ? noAnswer(request) : undefined,
    );
    const client = clientOf(api, { rateLimit: { limit } });
    await settled(client.users.get('user_1'));
    await passTime(1500);
    const calls = await many(count, (index) => client.users.get(`user_${index}`));
    // Those in flight when it began.
    expect(failures(calls)).toBeLessThanOrEqual(limit);
  });

  it('again, after it has, is asked as often as before', async () => {
    let hanging = 0;
    const api = documentedApi({ latency: 50 }, (request) => ((hanging -= 1) >= 0 ? noAnswer(request) : undefined));
    const client = clientOf(api);
    for (let turn = 0; turn < 3; turn++) {
      hanging = 3;
      const start = performance.now();
      await many(5, () => client.users.get('user_123', { maxRetries: 0, timeout: 100_000 }));
      const sentAfter = api.requests.slice(-5).map(({ at }) => Math.floor((at - start) / 1000));
      expect(sentAfter).toEqual([0, 1, 3, 7, 7]);
      await passTime(70_000);
    }
  });
});
