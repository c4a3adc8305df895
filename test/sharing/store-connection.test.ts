import { format } from 'node:util';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RateLimitStore, RateLimitStoreRequest } from '@example/sdk';
import { createRateLimitStore, rateLimitStep } from '@example/sdk/rate-limit';
import { Scheduler } from '../../src/rate-limit/scheduler.ts';
import { useImmediateDigest } from '../rate-limit/support/immediate-digest.ts';
import { observing } from '../rate-limit/support/calls.ts';
import { VirtualTime } from '../rate-limit/support/simulation.ts';
import { throwing } from '../support/http-server.ts';
import { budget } from '../support/in-process-api.ts';
import { reply } from './support/store-requests.ts';

const id = 'https://api.example.com/v1 sk_secret';
const call = { method: 'GET', path: '/', route: '/' };

const announced = new Headers({ date: new Date(1_700_000_000_000).toUTCString(), ...budget(100, 99, 1700000060) });

beforeEach(useImmediateDigest);

function schedulerWith(time: VirtualTime, sync: RateLimitStore['sync']): Scheduler {
  const scheduler = new Scheduler(id, time);
  scheduler.configure({ store: createRateLimitStore(sync) });
  return scheduler;
}

/** What a store does that works, after so many milliseconds, and what it was asked. */
function working(time: VirtualTime, latency = 0) {
  const requests: RateLimitStoreRequest[] = [];
  let state: string | undefined;
  const sync: RateLimitStore['sync'] = async (_, request) => {
    requests.push(request);
    if (latency > 0) await new Promise<void>((resolve) => time.after(latency, resolve));
    const step = rateLimitStep(state, request, 1_700_000_000_000 + Math.floor(time.now()));
    ({ state } = step);
    return step.reply;
  };
  return { sync, requests };
}

describe('a store of your own', () => {
  it('is made of a function', () => {
    const create = () => createRateLimitStore({ sync: () => ({}) } as never);
    expect(create).toThrow('sync must be a function; got Object.');
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no'))],
    ['throws', throwing(new Error('no'))],
    ['never answers', () => new Promise<never>(() => undefined)],
    ...[
      ...[undefined, null, 'granted', [], {}, { ...reply, processes: 0 }],
      ...[-1, NaN, Infinity, '1'].map((normal) => ({ ...reply, normal })),
    ].map((answer): [string, RateLimitStore['sync']] => [`answers ${format(answer)}`, () => answer as never]),
  ])('that %s keeps no call from being sent', async (_, sync) => {
    const time = new VirtualTime();
    const scheduler = schedulerWith(time, sync);
    const onStoreChange = vi.fn();
    const observer = observing({ onStoreChange });
    const permits = Array.from({ length: 5 }, async () => {
      const permit = await scheduler.acquire({ ...call, observer });
      permit.recordResponse(200, announced);
    });

    await time.run();

    await Promise.all(permits);
    expect(time.now()).toBeLessThanOrEqual(2_000);
    expect(onStoreChange).toHaveBeenCalledExactlyOnceWith({ available: false, error: expect.any(Error) as Error });
  });

  it.each([
    [999, true],
    [1001, false],
  ])('that answers after %i ms is available: %s', async (delay, isAvailable) => {
    const time = new VirtualTime();
    const sync = () =>
      new Promise<typeof reply>((resolve) => time.after(delay, () => resolve({ ...reply, normal: 1 })));
    const onStoreChange = vi.fn();
    const observer = observing({ onStoreChange });
    void Promise.resolve(schedulerWith(time, sync).acquire({ ...call, observer }));
    await time.run(1002);
    expect(onStoreChange).toHaveBeenCalledTimes(isAvailable ? 0 : 1);
  });

  it('is reported once when it is gone, and once when it is back', async () => {
    const time = new VirtualTime();
    let isDown = false;
    const scheduler = schedulerWith(time, () =>
      isDown ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve({ ...reply, normal: 1 }),
    );
    const onStoreChange = vi.fn();
    const observer = observing({ onStoreChange });
    for (const down of [false, true, true, false, false]) {
      isDown = down;
      void Promise.resolve(scheduler.acquire({ ...call, observer })).then((permit) => permit.release());
      await time.run(time.now() + 10_000);
    }
    expect(onStoreChange.mock.calls).toEqual([
      [{ available: false, error: new Error('connect ECONNREFUSED') }],
      [{ available: true }],
    ]);
  });

  it('is asked again after ever longer pauses while it is gone', async () => {
    const time = new VirtualTime();
    const asked: number[] = [];
    const scheduler = schedulerWith(time, () => {
      asked.push(time.now());
      return Promise.reject(new Error('no'));
    });
    for (let at = 0; at < 100_000; at += 100) {
      time.after(at, () => void Promise.resolve(scheduler.acquire(call)).then((permit) => permit.release()));
    }
    await time.run(100_000);
    expect(asked.slice(1).map((at, index) => at - asked[index]!)).toEqual(
      [1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * 1000),
    );
  });

  it('leaves each process an equal part of the window while it is gone', async () => {
    const time = new VirtualTime();
    const sync = vi.fn<RateLimitStore['sync']>().mockRejectedValue(new Error('no'));
    const scheduler = schedulerWith(time, sync.mockResolvedValueOnce({ ...reply, normal: 1, processes: 50 }));
    let sent = 0;
    for (let calls = 0; calls < 10; calls++) {
      void Promise.resolve(scheduler.acquire(call)).then((permit) => {
        sent += 1;
        permit.recordResponse(200, announced);
      });
    }
    await time.run(30_000);
    expect(sent).toBe(2);
  });

  it('is asked with a hash, never with the token', async () => {
    vi.restoreAllMocks();
    const keys: string[] = [];
    const scheduler = schedulerWith(new VirtualTime(), (key) => {
      keys.push(key);
      return Promise.reject(new Error('no'));
    });
    await scheduler.acquire(call);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  it('gets back a request that was granted and never sent', async () => {
    const time = new VirtualTime();
    const { sync, requests } = working(time);
    const scheduler = schedulerWith(time, sync);
    const after = vi.spyOn(time, 'after');
    (await scheduler.acquire(call)).release();
    await time.run();
    expect(after).toHaveBeenCalledWith(250, expect.any(Function), true); // which keeps no process alive
    expect(requests).toHaveLength(2);
    expect(requests[1]).toMatchObject({ available: 0, inFlight: 0, sent: 0 });
  });

  it('hears that none is left of what it granted, whatever was sent while it was away', async () => {
    const time = new VirtualTime();
    const { sync, requests } = working(time);
    let isDown = false;
    const scheduler = schedulerWith(time, (...args) => (isDown ? Promise.reject(new Error('no')) : sync(...args)));
    for (isDown of [false, true, true, false, false, false]) {
      void Promise.resolve(scheduler.acquire(call)).then((permit) => permit.recordResponse(200, announced));
      await time.run(time.now() + 1000);
    }
    expect(requests.filter(({ wasOut }) => wasOut)).toMatchObject([{ available: 0 }]);
  });

  it('is asked once at a time, and gets back what it grants to a call that is aborted meanwhile', async () => {
    const time = new VirtualTime();
    const { sync, requests } = working(time, 300);
    let [running, most] = [0, 0];
    const scheduler = schedulerWith(time, (...args) => {
      most = Math.max(most, (running += 1));
      return sync(...args).finally(() => (running -= 1));
    });
    const first = Promise.resolve(scheduler.acquire(call)).then((permit) => permit.recordResponse(200, announced));
    await time.run(301);
    await first;
    // While the store hears of the first call, and while it grants a request.
    for (const at of [500, 1000]) {
      await time.run(at);
      const controller = new AbortController();
      const aborted = Promise.resolve(scheduler.acquire({ ...call, signal: controller.signal }));
      await time.run(at + 20);
      controller.abort('no');
      await expect(aborted).rejects.toBe('no');
    }
    await time.run();

    expect(most).toBe(1);
    expect(requests.at(-2)).toMatchObject({ normal: 1 });
    expect(requests.at(-1)).toMatchObject({ normal: 0, available: 0, inFlight: 0 });
  });

  it('is not asked about an API that announces no limit: there is nothing to share', async () => {
    const sync = vi.fn(() => Promise.reject(new Error('no')));
    const time = new VirtualTime();
    const scheduler = new Scheduler(id, time);
    const first = await scheduler.acquire(call);
    first.recordResponse(200, new Headers());
    scheduler.configure({ store: createRateLimitStore(sync), limit: 2 });
    (await scheduler.acquire(call)).recordResponse(200, new Headers());
    void scheduler.acquire(call);
    await time.run(1000);
    expect(scheduler.snapshot.waiting).toBe(1);
    expect(sync).not.toHaveBeenCalled();
  });

  it('keeps no call waiting that arrives while unused requests are returned to it', async () => {
    const time = new VirtualTime();
    const scheduler = schedulerWith(time, working(time, 5).sync);
    const first = Promise.resolve(scheduler.acquire(call)).then((permit) => permit.release());
    await time.run(200);
    await first;
    let isSent = false;
    // Within the 5 ms that the return takes, 250 ms after the call.
    for (let at = 1; at < 100; at += 1) {
      time.after(at, () => {
        if (scheduler.snapshot.waiting === 0)
          void Promise.resolve(scheduler.acquire(call)).then((permit) => permit.release());
      });
    }
    time.after(1000, () => (isSent = scheduler.snapshot.waiting === 0));
    await time.run();
    expect(isSent).toBe(true);
  });
});

it('a store is asked a few times for each request while the API cannot be reached', async () => {
  const time = new VirtualTime();
  const { sync, requests: syncs } = working(time);
  let requests = 0;
  const scheduler = schedulerWith(time, sync);
  for (let index = 0; index < 50; index += 1) {
    void Promise.resolve(scheduler.acquire(call)).then((permit) => {
      requests += 1;
      permit.release(true);
    });
  }
  await time.run(120_000);
  expect(requests).toBeGreaterThan(15);
  expect(syncs.length).toBeLessThan(10 * requests);
});
