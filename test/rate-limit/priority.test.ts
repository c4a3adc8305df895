import { describe, expect, it } from 'vitest';
import { CallPriority } from '../../src/rate-limit/priority.ts';
import { Reserve } from '../../src/rate-limit/reserve.ts';
import { RateWindow } from '../../src/rate-limit/window.ts';
import { perEndpoint } from './model/undocumented-servers.ts';
import { type CallRecord, documented, quantile, summary, SchedulerWorld } from './support/simulation.ts';

const minute = 60_000;
const background = () => ({ priority: new CallPriority('background') });

function busyWorld(windows: 'aligned' | 'first' = 'aligned'): SchedulerWorld {
  const epoch = 1_700_000_047_777;
  return new SchedulerWorld(documented({ windows }, epoch), { latency: 20, epoch });
}

/** A call every `interval` milliseconds, from now until a time. */
function callEvery(world: SchedulerWorld, interval: number, until: number): Promise<CallRecord>[] {
  const calls: Promise<CallRecord>[] = [];
  for (let at = interval; at < until; at += interval) world.time.after(at, () => calls.push(world.one()));
  return calls;
}

async function delaysOf(calls: readonly Promise<CallRecord>[]): Promise<number[]> {
  const records = await Promise.all(calls);
  return records.map(({ askedAt, doneAt }) => doneAt - askedAt);
}

describe('normal calls', () => {
  it('get as much of the next window as they used of the last one', async () => {
    const world = busyWorld();
    const interactive = callEvery(world, 1000, 20 * minute);
    await world.time.run(5 * minute);
    const batch = Array.from({ length: 300 }, () => world.one(background()));
    await world.time.run();
    expect(quantile(await delaysOf(interactive), 0.95)).toBeLessThanOrEqual(100);
    // They leave 40 requests per window.
    expect(summary(await Promise.all(batch)).end).toBeLessThan((5 + 300 / 40 + 1.5) * minute);
  });
});

describe('background calls', () => {
  it('are sent at once when they are raised, from what is reserved for normal calls', async () => {
    const world = busyWorld();
    void Promise.all(callEvery(world, 1000, 5 * minute));
    await world.time.run(5 * minute);
    world.call(300, background());
    const priority = new CallPriority('background');
    const raised = world.one({ priority });
    let raisedAt = Infinity;
    world.time.after(1500, () => {
      raisedAt = world.time.now();
      priority.raise();
    });
    await world.time.run();

    expect((await raised).doneAt - raisedAt).toBeLessThanOrEqual(100);
  });

  it('get one request in ten, however many normal calls wait', async () => {
    const world = busyWorld();
    world.call(1000);
    const batch = Array.from({ length: 30 }, () => world.one(background()));
    await world.time.run();
    const orders = (await Promise.all(batch)).map(({ order }) => order).sort((a, b) => a - b);
    const all = (await Promise.all(world.calls)).map(({ order }) => order).sort((a, b) => a - b);
    for (const [index, order] of orders.entries()) {
      // The first 10 normal calls are sent before any of them arrives.
      expect(all.indexOf(order)).toBeLessThan(10 + 10 * (index + 1));
    }
  });

  it('get no more of a window after others that waited for a limit of their route', async () => {
    const limitOf = (endpoint: string) => (endpoint === '/exports' ? 2 : 100);
    const world = new SchedulerWorld(
      perEndpoint((endpoint) => documented({ windows: 'first', limit: limitOf(endpoint) })),
    );
    world.call(60, { ...background(), path: '/exports/1', route: '/exports/{id}' });
    const normal = callEvery(world, 500, 14 * minute);
    world.time.after(10 * minute, () => world.call(500, background()));
    await world.time.run();
    const sentAt = (await Promise.all(normal)).flatMap((record) => record.sentAt);
    const beside = sentAt.filter((at) => at >= 10 * minute && at < 11 * minute);
    expect(beside.length).toBeGreaterThanOrEqual(90);
  });

  it.each([
    [0, 9],
    [20, 189],
    [3000, 1009],
  ])('after %i of them, wait for %i normal calls that were made at the same time', (before, after) => {
    const reserve = new Reserve();
    for (let sent = 0; sent < before; sent += 1) reserve.sent('background', false);
    for (let sent = 0; sent < 5; sent += 1) reserve.sent('normal', false);
    let waited = 0;
    for (; !reserve.isBackgroundDue; waited += 1) reserve.sent('normal', true);
    expect(waited).toBe(after);
    for (let sent = 0; sent < 100; sent += 1) reserve.sent('normal', true);
    reserve.sent('background', true);
    expect(reserve.isBackgroundDue).toBe(false);
  });

  it.each([
    // In the first windows, 15 % are kept; later, what normal calls used of the last one, in proportion to the time left.
    { windows: 2, arrived: [0, 0], remaining: 11, timeLeft: 60_000, wait: 20_001 },
    { windows: 2, arrived: [30, 25], remaining: 11, timeLeft: 60_000, wait: 40_001 },
    { windows: 3, arrived: [30, 25], remaining: 11, timeLeft: 25_000, wait: 5_001 },
    { windows: 3, arrived: [30, 25], remaining: 11, timeLeft: 20_000, wait: 0 },
    { windows: 3, arrived: [30, 10], remaining: 20, timeLeft: 10_000, wait: 4_301 },
    { windows: 3, arrived: [30, 10], remaining: 21, timeLeft: 10_000, wait: 0 },
    { windows: 3, arrived: [30, 10], remaining: 0, timeLeft: 10_000, wait: 0 },
    { windows: 0, arrived: [0, 30], remaining: 1, timeLeft: 60_000, wait: 0 },
  ])('leave requests to normal ones: %j', ({ windows, arrived: [last, now], remaining, timeLeft, wait }) => {
    const reserve = new Reserve();
    const window = Object.assign(new RateWindow(), { remaining: () => remaining, timeLeft: () => timeLeft });
    const arrive = (announced: number, count = 0) => {
      window.announced = announced;
      for (let call = 0; call < count; call += 1) reserve.arrived(window);
    };
    arrive(windows - 1, last);
    arrive(windows, now);
    expect(reserve.readyAt(1_000_000, window) - 1_000_000).toBe(wait);
  });
});
