import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Scheduler } from '../../src/rate-limit/scheduler.ts';
import { refused } from './model/server.ts';
import { failing } from './model/undocumented-servers.ts';
import { documented, SchedulerWorld } from './support/simulation.ts';

const site = { method: 'GET', path: '/users/user_123', route: '/users/{id}' };

function busyWorld(limit = 10): SchedulerWorld {
  return new SchedulerWorld(documented({ windows: 'first', limit }));
}

/** The names of the calls, in the order in which they were sent. */
async function orderOf(world: SchedulerWorld): Promise<string[]> {
  const records = await world.finish();
  return records.sort((a, b) => a.order - b.order).map(({ name }) => name);
}

describe('the order of calls', () => {
  it('is first in, first out', async () => {
    const world = busyWorld();
    world.call(35);
    expect(await orderOf(world)).toEqual(Array.from({ length: 35 }, (_, index) => String(index)));
  });
});

describe('a call that is aborted while it waits', () => {
  it('never waits if it was aborted before it was made', async () => {
    const world = busyWorld();
    world.call(1, { signal: AbortSignal.abort('no') });
    const [record] = await world.finish();
    expect(record!.error).toBe('no');
    expect(world.limiter.snapshot.waiting).toBe(0);
  });

  it('shares one listener with the other calls of its signal, and leaves none once they are sent', async () => {
    const world = busyWorld();
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    world.call(15, { signal });
    await world.finish();
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove).toHaveBeenCalledTimes(1);
  });
});

describe('maxWait', () => {
  it.each([
    [10, 25],
    [1, 2],
  ])(
    'counts the calls ahead: one that fits into the second window from now waits for two, of %i',
    async (limit, ahead) => {
      const world = busyWorld(limit);
      world.call(ahead);
      await world.time.run(1000);
      world.call(3 * limit - ahead + 1, { maxWait: 122_500 });
      const records = await world.finish();
      expect(records.pop()!.error).toMatchObject({ name: 'RateLimitWaitError', retryAfter: 183 });
      expect(records.every(({ status }) => status === 200)).toBe(true);
    },
  );

  it('rejects a call that turns out to wait longer when it is over, with the delay that is then known', async () => {
    const server = documented({ windows: 'first', limit: 10 });
    const world = new SchedulerWorld(failing(server, 51_000, 121_000, () => refused(300)));
    world.call(10);
    await world.time.run(1000);
    world.call(10);
    world.call(1, { maxWait: 125_000 });
    world.call(1, { maxWait: 500_000 });

    const records = await world.finish();

    // At the turn, after 61 s, one is sent and refused for five minutes.
    expect(records[20]).toMatchObject({ sentAt: [], doneAt: 126_000, error: { retryAfter: 236 } });
    expect(records.filter(({ status }) => status === 200)).toHaveLength(21);
  });

  it('is the longest that a call waits for what others show: then it is sent, if the limit allows it', async () => {
    const world = busyWorld(100);
    world.latency = () => 600_000;
    world.call(140, { maxWait: 500 });
    await world.time.run(1000);
    const records = await Promise.all(world.calls.slice(100));
    expect(records.every(({ sentAt }) => sentAt.length === 0)).toBe(true);
    for (const { error } of records) expect(error).toMatchObject({ name: 'RateLimitWaitError', retryAfter: 60 });
    expect(records.at(-1)!.doneAt).toBe(500);
  });

  it('leaves no timer behind once the call is sent or aborted', async () => {
    const world = busyWorld();
    const controller = new AbortController();
    world.call(10);
    await world.time.run(1000);
    world.call(1, { maxWait: 500_000 });
    world.call(1, { maxWait: 500_000, signal: controller.signal });
    await world.time.run(2000);
    controller.abort();
    await world.time.run(70_000);
    expect((await Promise.all(world.calls)).filter(({ status }) => status === 200)).toHaveLength(11);
    expect(world.time.pending).toBe(0);
  });

  it('of 0 rejects every call that cannot be sent at once', async () => {
    const world = busyWorld(100);
    world.latency = () => 600_000;
    const onWait = vi.fn();
    world.call(101, { maxWait: 0, onWait });
    await world.time.run(1);
    expect((await world.calls[100]!).error).toMatchObject({ name: 'RateLimitWaitError', retryAfter: 1 });
    expect(onWait).not.toHaveBeenCalled();
  });
});

describe('deadline', () => {
  it('leaves a call alone whose delay is not known', async () => {
    const world = busyWorld(100);
    world.latency = () => 600;
    world.call(11, { deadline: 1500 });
    expect((await world.finish()).every(({ status }) => status === 200)).toBe(true);
  });
});

describe('the state of the queue', () => {
  it('is not reported to a call that waits for nothing but the answer to another one', async () => {
    const world = busyWorld(100);
    const onWait = vi.fn();
    world.call(30, { onWait });
    expect((await world.finish()).every(({ status }) => status === 200)).toBe(true);
    expect(onWait).not.toHaveBeenCalled();
  });

  it('is in the snapshot', async () => {
    const world = busyWorld();
    expect(world.limiter.snapshot).toEqual({ limit: 100, remaining: 100, reset: undefined, waiting: 0 });
    world.call(12);
    await world.time.run(1000);
    const reset = Math.ceil((world.epoch + 60_000) / 1000);
    expect(world.limiter.snapshot).toEqual({ limit: 10, remaining: 0, reset, waiting: 2 });
    await world.finish();
    expect(world.limiter.snapshot).toMatchObject({ limit: 10, remaining: 8, waiting: 0 });
    await world.time.run(300_000);
    expect(world.limiter.snapshot).toEqual({ limit: 10, remaining: 10, reset: undefined, waiting: 0 });
  });
});

describe('a permit', () => {
  it('is given at once, without a promise, while there is budget: no call is then too late', () => {
    expect(new Scheduler('').isTooLate({ ...site, maxWait: 0 }, 0)).toBe(false);
    const permit = new Scheduler('').acquire(site);
    expect(permit).not.toBeInstanceOf(Promise);
    expect(permit).toMatchObject({ waited: false });
  });
});

describe('the timer', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  it('is one for all calls that wait, and none if no call does', async () => {
    const limiter = new Scheduler('');
    limiter.configure({ limit: 1 });
    const permit = limiter.acquire(site);
    if (permit instanceof Promise) throw new Error('There was budget.');
    permit.recordResponse(200, new Headers());

    const controller = new AbortController();
    const waiting = Array.from({ length: 100 }, () => limiter.acquire({ ...site, signal: controller.signal }));
    expect(vi.getTimerCount()).toBe(1);
    const settled = Promise.allSettled(waiting.map(async (permit) => permit));
    controller.abort();
    await settled;
    expect(vi.getTimerCount()).toBe(0);
  });
});
