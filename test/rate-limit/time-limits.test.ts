import { beforeEach, describe, expect, it } from 'vitest';
import { clientOf, user } from '../support/http-server.ts';
import { budget, errorResponse, inProcessApi, noAnswer } from '../support/in-process-api.ts';
import { passTime, settled, sleep, useVirtualTime } from '../support/virtual-time.ts';
import { failures, isReport, makeAll, many } from './support/calls.ts';
import { documentedApi } from './support/documented-api.ts';

beforeEach(useVirtualTime);

describe.each(['totalTimeout', 'signal'])('calls with a time limit (%s)', (as) => {
  /** Makes a call every so often, and returns which part of those that were made from a time on have succeeded. */
  async function succeeding(
    call: (options: object) => PromiseLike<unknown>,
    { every, timeLimit, from = 0, until }: Record<'every' | 'timeLimit' | 'until', number> & { from?: number },
  ): Promise<number> {
    const made = await many(until / every, async (index) => {
      await sleep(index * every);
      const controller = new AbortController();
      if (as === 'signal') setTimeout(() => controller.abort(), timeLimit);
      await call(as === 'signal' ? { signal: controller.signal } : { totalTimeout: timeLimit });
    });
    const counted = made.slice(from / every);
    return 1 - failures(counted) / counted.length;
  }

  it('use all of the limit, even if there are more of them than it allows', async () => {
    const client = clientOf(documentedApi({ latency: 500 }));
    const options = { every: 400, timeLimit: 15_000, until: 360_000 };
    const part = await succeeding((given) => client.users.get('user_123', given), options);
    expect(part).toBeGreaterThanOrEqual((0.95 * 100 * 400) / 60_000);
  });

  it.each([
    { every: 1800, latency: 2000, timeLimit: 5000, path: '/projects' },
    { every: 2700, latency: 3000, timeLimit: 5000, path: '/projects' },
    { every: 3000, latency: 4500, timeLimit: 5000, path: '/projects' },
    { every: 500, latency: 700, timeLimit: 1000, path: undefined },
  ])('succeed again soon after some were refused: %j', async ({ latency, path, ...options }) => {
    const isRefusing = () => performance.now() >= 10_000 && performance.now() < 20_000;
    const client = clientOf(
      documentedApi({ latency, limit: 1000 }, () => (isRefusing() ? errorResponse(429) : undefined)),
    );
    let id = 0;
    const call = (given: object) => client.request('GET', path ?? `/users/user_${(id += 1)}`, given);
    expect(await succeeding(call, { ...options, from: 120_000, until: 600_000 })).toBeGreaterThanOrEqual(0.9);
  });

  it.each([
    { outage: 60_000, every: 780, latency: 1500, timeLimit: 15_000, limit: 100 },
    { outage: 60_000, every: 200, latency: 300, timeLimit: 5000, limit: 1000 },
    { outage: 3000, every: 100, latency: 300, timeLimit: 3000, limit: 1000 },
  ])('succeed again soon after an outage: %j', async ({ outage, latency, limit, ...options }) => {
    const isDown = () => performance.now() >= 10_000 && performance.now() < 10_000 + outage;
    const client = clientOf(documentedApi({ latency, limit }, () => (isDown() ? errorResponse(503) : undefined)));
    const call = (given: object) => client.users.get('user_123', given);
    const times = { from: 40_000 + outage, until: 240_000 };
    expect(await succeeding(call, { ...options, ...times })).toBeGreaterThanOrEqual(0.9);
  });
});

describe('requests that are cancelled', () => {
  it('at once hold none of those that wait', async () => {
    const api = documentedApi({ latency: 3000, limit: 1000 }, (request) =>
      isReport(request) ? noAnswer(request) : undefined,
    );
    const client = clientOf(api, { rateLimit: { limit: 1000 } });
    await settled(client.users.get('user_123'));
    const controller = new AbortController();
    const cancelled = makeAll(100, () => client.request('GET', '/reports', { signal: controller.signal }));
    const start = performance.now();
    const calls = makeAll(50, () => client.users.get('user_123'));
    await passTime(100);
    controller.abort();
    expect(failures(await settled(calls))).toBe(0);
    expect(performance.now() - start).toBeLessThan(100 + 3000 + 100);
    expect(failures(await cancelled)).toBe(100);
  });

  it.each([
    ['with a signal', 300, 500, 1500],
    ['with a timeout', 300, 500, 1500],
    ['with a signal', 900, 2000, 5000],
    ['with a timeout', 900, 2000, 5000],
  ])(
    '%s, without a break, starve no others: one each %i ms, for %i ms, latency %i ms',
    async (as, every, after, latency) => {
      const api = documentedApi({ latency });
      const client = clientOf(api);
      let isDone = false;
      const cancelling = async () => {
        while (!isDone) {
          const controller = new AbortController();
          if (as === 'with a signal') setTimeout(() => controller.abort(), after);
          const options = as === 'with a signal' ? { signal: controller.signal } : { timeout: after, maxRetries: 0 };
          client.users.get('cancelled', options).catch(() => undefined);
          await sleep(every);
        }
      };
      const stopped = cancelling();
      const calls = await many(50, async (index) => {
        await sleep(1000);
        await client.users.get(`user_${index}`);
      });
      isDone = true;
      await settled(stopped);
      expect(failures(calls)).toBe(0);
      expect(performance.now()).toBeLessThan(130_000);
    },
  );

  it('change the order of later calls no more once there was an answer', async () => {
    const api = documentedApi({ latency: 50, limit: 3 });
    const client = clientOf(api, { rateLimit: { limit: 3 } });
    await many(3, () => client.users.get('user_1'));
    const controller = new AbortController();
    const cancelled = makeAll(1, () => client.users.get('user_2', { signal: controller.signal }));
    while (api.requests.length < 4) await passTime(10);
    controller.abort();
    expect(failures(await cancelled)).toBe(1);
    await settled(client.users.get('user_3'));
    await many(20, (index) => client.users.get(`waiting_${index}`));
    const order = api.requests.slice(5).map(({ url }) => Number(/waiting_(\d+)/.exec(url)?.[1]));
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});

it('calls that leave their turn to one that is to come are sent as soon as a request is answered', async () => {
  const api = inProcessApi(async ({ url }) => {
    await sleep(url.endsWith('/first') ? 1200 : 10);
    return Response.json(user, { headers: budget(100, 90, Math.ceil(Date.now() / 1000) + 60) });
  });
  const { users } = clientOf(api);
  const calls = ['first', '2', '3', '4', '5'].map((id) => users.get(id).then(() => undefined));
  const controller = new AbortController();
  const given = users.get('6', { signal: controller.signal }).catch(() => undefined);
  await passTime(1005); // One more was sent, because the first was not answered for a second.
  controller.abort();

  await settled(Promise.all([...calls, given]));

  expect(api.requests.map(({ at }) => at)).toEqual([0, 1000, 1200, 1200, 1200, 1200]);
});
