import { describe, expect, it, vi } from 'vitest';
import { type ClientOptions, type RateLimitWaitEvent, RateLimitWaitError } from '@example/sdk';
import { Limiter } from '../../src/rate-limit/limiter.ts';
import type { PermitRequest } from '../../src/rate-limit/queue.ts';
import { waitError } from '../../src/rate-limit/wait-error.ts';
import { documentedApi, failing, failingAt, failure } from '../support/world/api.ts';
import { type WindowOptions, windowApi } from '../support/world/limits.ts';
import { World } from '../support/world/world.ts';

const site = { method: 'GET', path: '/users/user_1', route: '/users/{id}' };

function setup(api: WindowOptions = {}, options: ClientOptions = {}) {
  const world = new World({ kind: 'sdk', api: windowApi(api), options });
  const client = world.sdk();
  const get = (index: number, more = client) => more.users.get(`user_${index}`);
  /** When each call was sent. */
  const sentAt = () => world.exchanges.map(({ at }) => at - 20);
  return { world, client, get, sentAt };
}

// P4: a few calls at once are not slowed.

describe('while no window is known', () => {
  it.each([
    ['ten go together', 10, Array(10).fill(0)],
    ['one more waits for a response', 11, [...Array<number>(10).fill(0), 1_040]],
    ['many more as well', 13, [...Array<number>(10).fill(0), 1_040, 1_040, 1_040]],
  ])('%s', async (_, count, expected) => {
    const { world, get, sentAt } = setup({ takes: () => 1_000 });
    await world.run(() => world.burst(count, (index) => get(index)));
    expect(sentAt()).toEqual(expected);
  });

  it('a request without a response for 2 s no longer holds the next one', async () => {
    const { world, get, sentAt } = setup({ takes: () => 5_500 });
    await world.run(() => world.burst(13, (index) => get(index)));
    expect(sentAt()).toEqual([...Array<number>(10).fill(0), 2_000, 4_000, 5_540]);
  });

  it('calls that wait for the end of a window are sent after one of them has shown the next', async () => {
    const { world, get, sentAt } = setup({ limit: 3, takes: () => 100 });
    await world.run(async () => {
      await get(0);
      world.burst(5, (index) => get(index));
    });
    expect(sentAt().slice(3)).toEqual([60_140, 60_280, 60_280]);
  });

  it('a permit is given without a promise', () => {
    const limiter = new Limiter('');
    expect(limiter.isTooLate({ ...site, maxWait: 0 }, 0)).toBe(false);
    expect(limiter.acquire(site)).toMatchObject({ waited: false });
  });
});

// P5: maxWait rejects at once if the announced window makes it certain, otherwise when it is over.

describe('maxWait', () => {
  it.each([0, 100, 2_000])('of %i ms rejects no page of calls that only wait for a first response', async (maxWait) => {
    const { world, get } = setup({ takes: () => 3_000 }, { rateLimit: { maxWait } });
    const figures = await world.run(async () => {
      for (let page = 0; page < 3; page += 1) {
        world.burst(5, (index) => get(index));
        await world.clock.sleep(70_000);
      }
    });
    expect(figures).toMatchObject({ answered: 15, rejected: {} });
  });

  it('rejects at once what the announced windows leave no time for', async () => {
    const { world, get } = setup({ begun: 17_000 }, { rateLimit: { maxWait: 50_000 } });
    const figures = await world.run(async () => {
      await get(0);
      world.burst(250, (index) => get(index));
    });
    // 99 in this window and 100 in the next one, which begins after 43 s.
    expect(figures).toMatchObject({ answered: 199, lastRejection: 0, refused: 0 });
    expect(figures.errors).toHaveLength(51);
    for (const error of figures.errors) expect(error).toMatchObject({ name: 'RateLimitWaitError', retryAfter: 103 });
  });

  it('rejects nothing that shorter windows than the documented ones allow', async () => {
    const { world, get } = setup({ duration: 10_000 }, { rateLimit: { maxWait: 25_000 } });
    const figures = await world.run(async () => {
      world.burst(110, (index) => get(index));
      await world.clock.sleep(120_000);
      await get(0);
      world.burst(250, (index) => get(index));
    });
    expect(figures).toMatchObject({ answered: 360 });
  });

  it('rejects when it is over what turns out to wait for longer', async () => {
    // At the end of the window, the API refuses for five minutes.
    const window = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225660' };
    const refusal = failure(429, 'slow_down', { ...window, 'retry-after': '300' });
    const api = failing(windowApi({ limit: 10 }), refusal, (_, now) => now > 60_000 && now < 300_000);
    const world = new World({ kind: 'sdk', api });
    const client = world.sdk();
    const prompt = client.withOptions({ rateLimit: { maxWait: 65_000 } });
    const figures = await world.run(async () => {
      world.burst(11, (index) => client.users.get(`user_${index}`), 'patient');
      await world.clock.sleep(1_000);
      world.burst(3, (index) => prompt.users.get(`user_${index}`), 'prompt');
    });
    expect(figures).toMatchObject({ answered: 11, firstRejection: 65, lastRejection: 65 });
    const said = 'Not sent: it has waited for its maxWait of 65000 ms, and the next request may be sent in about';
    for (const error of figures.errors) expect(error).toMatchObject({ message: expect.stringContaining(said) });
  });

  it('rejects no call that a Retry-After beyond the end of the window leaves time for', async () => {
    const window = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225660' };
    const refusal = failure(429, 'slow_down', { ...window, 'retry-after': '10' });
    const world = new World({ kind: 'sdk', api: failingAt(documentedApi().receive, { 2: refusal }) });
    const client = world.sdk({ rateLimit: { maxWait: 15_000 } });
    const figures = await world.run(async () => {
      await client.users.get('user_1');
      for (const pause of [55_000, 100]) {
        await world.clock.sleep(pause);
        world.burst(1, () => client.users.get('user_2'));
      }
    });
    expect(figures).toMatchObject({ answered: 2, refused: 1 });
  });

  it('is no reason to go before calls that have waited longer', async () => {
    const { world, client, get } = setup({ takes: () => 1_000 });
    const hasty = client.withOptions({ rateLimit: { maxWait: 0 } });
    await world.run(async () => {
      world.burst(150, (index) => get(index), 'patient');
      await world.every(100, 1_000, (index) => get(index, hasty), 'hasty');
    });
    const patient = world.figures('patient');
    expect([patient.answered, patient.end <= 125]).toEqual([150, true]);
  });
});

describe('a call that would wait for longer than its totalTimeout leaves', () => {
  it('rejects at once, and nothing is sent', async () => {
    const { world, client, get } = setup({ limit: 5 });
    await world.run(async () => {
      world.burst(5, (index) => get(index));
      await world.clock.sleep(1_000);
      world.burst(1, () => client.users.get('late', { totalTimeout: 300 }), 'late');
    });
    const { errors, lastRejection } = world.figures('late');
    expect([world.exchanges.length, lastRejection]).toEqual([5, 0]);
    expect(errors[0]).toBeInstanceOf(RateLimitWaitError);
    expect(errors[0]).toMatchObject({ message: expect.stringContaining('s, and totalTimeout leaves 300 ms.') });
  });
});

const now = 100_000;
const notSent = (left: string) => `Not sent: the rate limit allows this call in about ${left}. (GET /users/{id})`;

it.each<[Partial<PermitRequest>, delay: number, message: string | undefined]>([
  [{}, 1e9, undefined],
  [{ maxWait: 5000 }, 5000, undefined],
  [{ maxWait: 5000 }, 5001, notSent('6 s, and maxWait is 5000 ms')],
  [{ maxWait: 5000, waitingSince: now - 4000 }, 1000, undefined],
  [
    { maxWait: 5000, waitingSince: now - 4000 },
    1001,
    notSent('2 s, and maxWait is 5000 ms, of which 4000 ms have passed'),
  ],
  [{ maxWait: 0 }, 0, notSent('1 s, and maxWait is 0 ms')],
  [
    { maxWait: 5000, waitingSince: now - 5000 },
    2000,
    'Not sent: it has waited for its maxWait of 5000 ms, and the next request may be sent in about 2 s. (GET /users/{id})',
  ],
  [{ deadline: now }, 0, undefined],
  [{ deadline: now + 301 }, 300, undefined],
  [{ deadline: now + 300 }, 300, notSent('1 s, and totalTimeout leaves 300 ms')],
])('a call with %j that is sent in %i ms: %s', (limits, delay, message) => {
  expect(waitError({ ...site, ...limits }, now, delay)?.message).toBe(message);
});

describe('calls that wait', () => {
  it('are sent in their order', async () => {
    const { world, get } = setup({ limit: 10 });
    await world.run(() => world.burst(35, (index) => get(index)));
    const order = world.exchanges.map(({ path }) => Number(path.slice('/users/user_'.length)));
    expect(order).toEqual(Array.from({ length: 35 }, (_, index) => index));
  });

  it('leave the queue when their signal aborts, which gets one listener for all of them', async () => {
    const { world, client, get } = setup({ limit: 10 });
    const controller = new AbortController();
    const { signal } = controller;
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const figures = await world.run(async () => {
      world.burst(10, (index) => get(index));
      await world.clock.sleep(1_000);
      world.burst(20, (index) => client.users.get(`user_${index}`, { signal }));
      await world.clock.sleep(1_000);
      expect(client.rateLimit?.waiting).toBe(20);
      controller.abort(new Error('changed my mind'));
      await world.clock.sleep(1);
      expect(client.rateLimit?.waiting).toBe(0);
    });
    expect(figures).toMatchObject({ answered: 10, lastRejection: 1, requests: 10 });
    expect(figures.errors[19]).toEqual(new Error('changed my mind'));
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalled();
  });

  it('reject with the reason if the signal has aborted before', async () => {
    const limiter = new Limiter('');
    await expect(limiter.acquire({ ...site, signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(limiter.snapshot.waiting).toBe(0);
  });

  it('emit an event, unless they only wait for a response', async () => {
    const { world, client, get } = setup({ limit: 20, takes: () => 100 });
    const events: RateLimitWaitEvent[] = [];
    client.on('rateLimitWait', (event) => events.push(event));
    await world.run(async () => {
      world.burst(15, (index) => get(index));
      await world.clock.sleep(1_000);
      expect(events).toEqual([]);
      world.burst(7, (index) => get(index));
    });
    const { callId, ...event } = events[0]!;
    expect(event).toEqual({
      method: 'GET',
      path: '/users/user_5',
      route: '/users/{id}',
      attempt: 1,
      delay: 59_140,
      waiting: 1,
    });
    expect(events.slice(1)).toMatchObject([{ delay: 59_140, waiting: 2 }]);
    expect(events[1]!.callId).not.toBe(callId);
  });

  it.each([
    [10_000, []],
    [60_000, ['[@example/sdk] GET /users/user_0 waits about 59 s for the rate limit. Calls waiting: 1.']],
  ])('for more than 10 s are logged, in one line for all: windows of %i ms', async (duration, lines) => {
    const warn = vi.fn();
    const logger = { error: vi.fn(), warn, info: vi.fn(), debug: vi.fn() };
    const { world, get } = setup({ limit: 5, duration }, { rateLimit: { window: duration }, logger, logLevel: 'info' });
    await world.run(async () => {
      world.burst(5, (index) => get(index));
      await world.clock.sleep(1_000);
      world.burst(3, (index) => get(index));
    });
    expect(warn.mock.calls.map(([line]) => line as string)).toEqual(lines);
  });

  it('share one timer, and there is none if no call waits', async () => {
    const timers = new Set<() => void>();
    const limiter = new Limiter('', {
      now: () => 0,
      after(_, run) {
        timers.add(run);
        return () => timers.delete(run);
      },
    });
    const permit = limiter.acquire(site);
    if (permit instanceof Promise) throw new Error('It had nothing to wait for.');
    limiter.configure({ limit: 1 });
    permit.recordResponse(200, new Headers());
    const controller = new AbortController();
    const calls = Array.from({ length: 100 }, async () => limiter.acquire({ ...site, signal: controller.signal }));
    expect(timers.size).toBe(1);
    controller.abort('no');
    expect((await Promise.allSettled(calls)).every(({ status }) => status === 'rejected')).toBe(true);
    expect(timers.size).toBe(0);
  });
});

it('requests that are cancelled without a break hold no others', async () => {
  const { world, client, get } = setup({ takes: () => 1_500 });
  const figures = await world.run(async () => {
    void world.every(300, 200, () =>
      client.users.get('cancelled', { signal: AbortSignal.timeout(500) }).catch(() => undefined),
    );
    await world.every(1_000, 50, (index) => get(index), 'others');
  });
  expect(figures.rejected).toEqual({});
  expect(world.figures('others').p95).toBeLessThanOrEqual(60);
});

it('a call whose token changes while it waits leaves its place to others', async () => {
  let token = 'one';
  const { world, client, sentAt } = setup({ limit: 2 }, { apiToken: () => token, rateLimit: { limit: 2 } });
  await world.run(async () => {
    world.burst(3, (index) => client.users.get(`user_${index}`));
    await world.clock.sleep(1_000);
    token = 'two';
  });
  expect(world.exchanges.at(-1)).toMatchObject({ token: 'two' });
  expect(sentAt()).toHaveLength(3);
});

it('a call whose retries are used up still waits for the limit', async () => {
  const api = failingAt(documentedApi().receive, {
    1: failure(503),
    2: failure(503),
    3: failure(429),
    4: failure(429),
  });
  const world = new World({ kind: 'sdk', api });
  const figures = await world.run(() => world.burst(1, () => world.sdk().users.get('user_1')));
  expect(figures).toMatchObject({ answered: 1, requests: 5 });
});
