import { describe, expect, it, vi } from 'vitest';
import { type ClientOptions, type RateLimitWaitEvent, RateLimitWaitError } from '@example/sdk';
import { Limiter } from '../../src/rate-limit/limiter.ts';
import { waitError } from '../../src/rate-limit/max-wait.ts';
import type { LimitedCall } from '../../src/rate-limit/limited-call.ts';
import { type ApiOptions, documentedApi, between, failing, failingAt, failure, faults } from '../support/world/api.ts';
import { worldWith } from '../support/world/world.ts';

const site = { method: 'GET', path: '/users/user_1', route: '/users/{id}' };
function setup(api: ApiOptions = {}, options: ClientOptions = {}) {
  const made = worldWith(documentedApi(api), options);
  const waits: RateLimitWaitEvent[] = [];
  made.client.on('rateLimitWait', (event) => waits.push(event));
  return { ...made, waits, delays: () => waits.map(({ delay }) => delay) };
}

// A few simultaneous calls are not slowed down.

describe('while no window is known', () => {
  it.each([
    ['ten calls go together, and more wait for a response', 1_000, [1_040, 1_040, 1_040]],
    ['a request without a response for 2 s no longer holds the next one', 5_500, [2_000, 4_000, 5_540]],
  ])('%s', async (_, takes, later) => {
    const { world, get } = setup({ takes: () => takes });
    await world.run(() => world.burst(13, get));
    expect(world.sentAt()).toEqual([...Array<number>(10).fill(0), ...later]);
  });

  it('calls that wait for the end of a window are sent after one of them has shown the next window', async () => {
    // The last requests of the first window have no response when it ends.
    const { world, get } = setup({ limit: 3, begun: 59_000, takes: (request) => [0, 1_500, 1_500][request] ?? 100 });
    await world.run(async () => {
      await get(0);
      world.burst(5, get);
    });
    expect(world.sentAt().slice(3)).toEqual([1_040, 1_580, 1_580]);
  });
});

// MaxWait rejects at once if the announced window makes the wait certain, otherwise when the time is over.

describe('maxWait', () => {
  it.each([0, 2_000])('of %i ms rejects no calls that only wait for a first response', async (maxWait) => {
    const { world, get } = setup({ takes: () => 3_000 }, { rateLimit: { maxWait } });
    const figures = await world.run(async () => {
      for (let page = 0; page < 3; page += 1) {
        world.burst(5, get);
        await world.clock.sleep(70_000);
      }
    });
    expect(figures.answered).toBe(15);
  });

  it('sends what the limit has room for if it ends before a first response', async () => {
    const { world, client } = setup({ limit: 12, takes: () => 5_000 }, { rateLimit: { limit: 12, maxWait: 1_000 } });
    const patient = client.withOptions({ rateLimit: { limit: 12 } });
    const get = (index: number) => (index === 10 ? patient : client).users.get(`user_${index}`);
    const figures = await world.run(() => world.burst(40, get));
    // Ten calls find out about the window. Of those that wait, the second is sent after a second, the first later.
    expect(figures).toMatchObject({ answered: 12, requests: 12, firstRejection: 1 });
    const rejected = Array.from({ length: 28 }, (_, index) => ({ path: `/users/user_${12 + index}`, retryAfter: 60 }));
    expect(figures.errors).toMatchObject(rejected);
  });

  it('rejects at once what the announced windows leave no time for', async () => {
    const { world, get } = setup({ begun: 17_000 }, { rateLimit: { maxWait: 50_000 } });
    const figures = await world.run(async () => {
      await get(0);
      world.burst(250, get);
    });
    // This window has room for 99, and the next one, which begins after 43 s, for 100.
    expect(figures).toMatchObject({ answered: 199, lastRejection: 0, refused: 0 });
    expect(figures.errors).toMatchObject(Array(51).fill({ name: 'RateLimitWaitError', retryAfter: 103 }));
  });

  const usedUp = (limit: number, seconds: number) => ({
    'x-ratelimit-limit': `${limit}`,
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': '1767225660',
    'retry-after': `${seconds}`,
  });

  it('rejects calls when it ends, if they turn out to wait for longer', async () => {
    // At the end of the window, the API refuses for five minutes.
    const refusal = failure(429, 'slow_down', usedUp(10, 300));
    const api = failing(documentedApi({ limit: 10 }), refusal, (_, now) => now > 60_000 && now < 300_000);
    const { world, client, get } = worldWith(api);
    const prompt = client.withOptions({ rateLimit: { maxWait: 65_000 } });
    const figures = await world.run(async () => {
      world.burst(11, get);
      await world.clock.sleep(1_000);
      world.burst(3, () => prompt.users.get('user_1'));
    });
    expect(figures).toMatchObject({ answered: 11, firstRejection: 65, lastRejection: 65 });
    const said = 's, but maxWait is 65000 ms.';
    expect(figures.errors).toMatchObject(Array(3).fill({ message: expect.stringContaining(said) }));
  });

  it("rejects no call for which a Retry-After beyond the window's end leaves time", async () => {
    const api = failingAt(documentedApi(), { 2: failure(429, 'slow_down', usedUp(100, 10)) });
    const { world, get } = worldWith(api, { rateLimit: { maxWait: 15_000 } });
    const figures = await world.run(async () => {
      await get(0);
      await world.clock.sleep(55_000);
      world.burst(1, get);
      await world.clock.sleep(100);
      world.burst(1, get);
    });
    expect(figures).toMatchObject({ answered: 2, refused: 1 });
  });

  it('rejects, soon after an outage that lasted longer, the calls that have no room in the window', async () => {
    const api = failing(documentedApi({ limit: 10 }), faults.refused, between(0, 5_000));
    const { world, get } = worldWith(api, { rateLimit: { maxWait: 2_000 } });
    const { answered, errors } = await world.run(() => world.burst(25, get));
    expect(answered).toBe(10);
    expect(errors).toMatchObject(Array(15).fill({ message: expect.stringContaining('ECONNREFUSED') }));
  });

  it('rejects nothing during an outage, even if the window has no room for all waiting calls', async () => {
    const api = failing(documentedApi({ limit: 10 }), faults.refused, between(1_000, 5_000));
    const { world, get } = worldWith(api, { rateLimit: { maxWait: 2_000 } });
    const figures = await world.run(async () => {
      await get(0);
      await world.clock.sleep(1_000);
      world.burst(2, get);
      await world.clock.sleep(50);
      world.burst(25, get);
    });
    expect(figures.answered).toBe(9);
    expect(figures.firstRejection).toBeGreaterThan(3);
  });
});

it('a background call only rejects if its share of the window will certainly be too late', async () => {
  const { world, client, get } = setup();
  await world.run(async () => {
    world.burst(300, get);
    await world.clock.sleep(50_000);
    world.burst(1, () => client.users.get('1', { priority: 'background', totalTimeout: 30_000 }), 'background');
  });
  expect(world.figures('background').answered).toBe(1);
});

it.each<[what: string, options: ApiOptions, totalTimeout: number, requests: number]>([
  ['this window is used up', {}, 300, 5],
  ['calls that were refused use up the next one', { foreign: Array<number>(5).fill(0) }, 70_000, 10],
])(
  'a call that would wait beyond its totalTimeout rejects at once if %s',
  async (_, options, totalTimeout, requests) => {
    const { world, get } = setup({ limit: 5, ...options });
    await world.run(async () => {
      world.burst(5, get);
      await world.clock.sleep(1_000);
      world.burst(1, () => get('late', { totalTimeout }), 'late');
    });
    const { errors, lastRejection } = world.figures('late');
    expect([world.exchanges.length, lastRejection]).toEqual([requests, 0]);
    expect(errors[0]).toBeInstanceOf(RateLimitWaitError);
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining(`s, but totalTimeout leaves ${totalTimeout} ms.`),
    });
  },
);

const now = 100_000;
const allowed = 'the rate limit allows this call in about';
const late = { maxWait: 5000, waitingSince: now - 4000 };

it.each<[Partial<LimitedCall>, delay: number, message: string | undefined]>([
  [{}, 1e9, undefined],
  [{ maxWait: 5000 }, 5000, undefined],
  [{ maxWait: 5000 }, 5001, `${allowed} 6 s, but maxWait is 5000 ms`],
  [late, 1000, undefined],
  [late, 1001, `${allowed} 2 s, but maxWait is 5000 ms`],
  [{ maxWait: 0 }, 0, `${allowed} 1 s, but maxWait is 0 ms`],
  [{ endsAt: now }, 0, undefined],
  [{ endsAt: now + 301 }, 300, undefined],
  [{ endsAt: now + 300 }, 300, `${allowed} 1 s, but totalTimeout leaves 300 ms`],
])('a call with %j that is sent in %i ms: %s', (limits, delay, message) => {
  const said = message && `Not sent: ${message}. (GET /users/{id})`;
  expect(waitError({ ...site, ...limits }, now, delay)?.message).toBe(said);
});

describe('waiting calls', () => {
  it('leave the queue when their signal aborts, and share one listener on it', async () => {
    const { world, client, get } = setup({ limit: 10 });
    const controller = new AbortController();
    const { signal } = controller;
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const figures = await world.run(async () => {
      world.burst(10, get);
      await world.clock.sleep(1_000);
      world.burst(20, (index) => get(index, { signal }));
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

  it('emit an event, unless they only wait for a response', async () => {
    const { world, waits, delays, get } = setup({ limit: 20, takes: () => 100 });
    await world.run(async () => {
      world.burst(15, get);
      await world.clock.sleep(1_000);
      expect(waits).toEqual([]);
      world.burst(26, get);
    });
    const [{ callId, ...first }, second] = waits as [RateLimitWaitEvent, RateLimitWaitEvent];
    expect(first).toEqual({ ...site, path: '/users/user_5', attempt: 1, delay: 59_140, waiting: 1 });
    expect([second.waiting, second.callId === callId]).toEqual([2, false]);
    // The next window has room for 20 of the calls.
    expect(delays()).toEqual([...Array<number>(20).fill(59_140), 119_140]);
  });

  it('emit it within a second of a first response that comes late', async () => {
    const { world, client, get } = setup({ limit: 12, takes: () => 2_000 });
    const events: number[] = [];
    client.on('rateLimitWait', ({ delay }) => events.push(world.clock.now + delay));
    await world.run(async () => {
      world.burst(15, get);
      await world.clock.sleep(3_001);
      expect(events).toHaveLength(3);
    });
    expect(events.map((at) => Math.abs(at - 60_000) <= 1_000)).toEqual([true, true, true]);
  });

  it('emit none in an outage, and when it is over, those that wait for the limit do', async () => {
    const { world, client, get } = worldWith(failing(documentedApi(), faults[500], between(0, 5_000)));
    const events: number[] = [];
    client.on('rateLimitWait', () => events.push(world.clock.now));
    const { answered } = await world.run(async () => {
      world.burst(20, get);
      await world.clock.sleep(300);
      world.burst(150, get);
      await world.clock.sleep(4_700);
      expect(events).toEqual([]);
    });
    expect(answered).toBe(170);
    expect(events.length).toBeGreaterThanOrEqual(70);
    expect(events.every((at) => at < 8_000)).toBe(true);
  });

  it('of background say for how long they leave what normal calls may need', async () => {
    const { world, delays, get } = setup({}, { priority: 'background' });
    await world.run(async () => {
      world.burst(5, get);
      await world.clock.sleep(1_000);
      world.burst(60, get);
    });
    const waited = world.sentAt().flatMap((at) => (at > 1_000 ? [at - 1_000] : []));
    expect(waited).toHaveLength(25);
    expect(delays().map((delay, index) => Math.abs(delay - (waited[index] ?? 0)) <= 1)).toEqual(waited.map(() => true));
  });

  it('of background say that they wait for another window if this one is used up', async () => {
    const { world, delays, get } = setup({ limit: 20 }, { priority: 'background' });
    await world.run(async () => {
      world.burst(1, get);
      await world.clock.sleep(1_000);
      world.burst(50, get);
    });
    expect(Math.max(...delays())).toBeGreaterThan(60_000);
  });

  it('are forgotten when they end, even if they were not told for how long they wait', async () => {
    const limiter = new Limiter('');
    const abort = new AbortController();
    const calls = Array.from({ length: 50 }, async () => limiter.acquire({ ...site, cancellation: abort.signal }));
    expect(limiter.queue.unannounced.size).toBe(40);
    abort.abort('no');
    await Promise.allSettled(calls);
    expect(limiter.queue.unannounced.size).toBe(0);
  });

  it('are not sent once their time is over, although calls that end at the same moment make room', async () => {
    const { world, get } = worldWith(failing(documentedApi(), faults.hang), { totalTimeout: 3_000 });
    const { errors } = await world.run(() => world.burst(30, get));
    const unsent = errors.filter((error) => (error as Error).message.includes('The call was not sent'));
    // Ten find out about the window, and an eleventh goes after 2 s.
    expect([world.exchanges.length, unsent.length, errors.length]).toEqual([11, 19, 30]);
  });

  it('share one timer, which is gone when no call waits', async () => {
    const timers = new Set<() => void>();
    const after = (_: number, run: () => void) => (timers.add(run), () => timers.delete(run));
    const limiter = new Limiter('', { now: () => 0, after });
    limiter.configure({ limit: 1 }, limiter.outage);
    (await limiter.acquire(site)).recordResponse(200, new Headers());
    const abort = new AbortController();
    const calls = Array.from({ length: 100 }, async () => limiter.acquire({ ...site, cancellation: abort.signal }));
    expect(timers.size).toBe(1);
    abort.abort('no');
    expect(await Promise.allSettled(calls)).toEqual(Array(100).fill({ status: 'rejected', reason: 'no' }));
    expect(timers.size).toBe(0);
  });
});
