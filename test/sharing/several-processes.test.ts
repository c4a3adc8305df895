import { describe, expect, it } from 'vitest';
import type { Client, ClientOptions } from '@example/sdk';
import { rateLimitStep } from '@example/sdk/rate-limit';
import { type WindowOptions, windowApi } from '../support/world/limits.ts';
import { MemoryStore } from '../support/world/store.ts';
import { World } from '../support/world/world.ts';

// P1, P3 and P4 for several processes on one store. Row 5 of main street shows a web backend and an import.

/** Processes on one token: each client has a base URL, and so a limiter, of its own. */
function setup(count: number, api: WindowOptions = {}) {
  const world = new World({ kind: 'sdk', api: windowApi(api) });
  const store = new MemoryStore(world.clock);
  const start = (options: ClientOptions = {}, step = rateLimitStep) => {
    let client: Client | undefined;
    return (index: number) => {
      // Made while time is virtual: a client hashes its token on another thread.
      client ??= world.sdk({ rateLimit: { store: store.connect(step) }, ...options });
      return client.users.get(`user_${index}`);
    };
  };
  return { world, store, start, processes: Array.from({ length: count }, () => start()) };
}

describe('of the calls of processes with a store, none is refused', () => {
  it.each<[processes: number, calls: number, api: WindowOptions]>([
    [2, 150, {}],
    [4, 75, { begun: 17_000 }],
    [8, 40, { windows: 'first' }],
    [30, 10, {}],
    [4, 60, { takes: (request) => (request * 137) % 400 }],
    [3, 100, { limit: 10, duration: 10_000 }],
    [3, 30, { date: 20 }],
  ])('%i processes, %i calls each, in the least time: %j', async (count, calls, api) => {
    const { limit = 100, duration = 60_000, begun = 0 } = api;
    const { world, processes } = setup(count, api);
    const figures = await world.run(() => processes.forEach((get) => world.burst(calls, get)));
    const least = (Math.ceil((count * calls) / limit) - 1) * duration - begun;
    expect(figures).toMatchObject({ answered: count * calls, refused: 0 });
    expect(figures.end).toBeLessThanOrEqual((1.04 * least) / 1000 + 1);
  });

  it.each<[priority: 'normal' | 'background', processes: number, pause: number, api: WindowOptions]>([
    ['normal', 3, 4_000, {}],
    ['background', 1, 100, { limit: 1_000 }],
  ])('and %s calls that come one by one wait for nothing: %i processes, every %i ms', async (...row) => {
    const [priority, count, pause, api] = row;
    const { world, start } = setup(0, api);
    const processes = Array.from({ length: count }, () => start({ priority }));
    const figures = await world.run(async () => {
      await Promise.all(processes.map((get) => world.every(pause, 60, get)));
    });
    expect(figures).toMatchObject({ answered: 60 * count, refused: 0 });
    expect(figures.p95).toBeLessThanOrEqual(0.1);
  });

  it('and ten go together over all processes while no window is known', async () => {
    const { world, processes } = setup(4, { takes: () => 1_000 });
    await world.run(() => processes.forEach((get) => world.burst(3, get)));
    const first = world.exchanges.filter(({ at }) => at < 1_000);
    expect([9, 10]).toContain(first.length);
  });
});

it('a process with normal calls finds room beside one in the background, which gets the rest', async () => {
  const { world, processes, start } = setup(1);
  const importing = start({ priority: 'background' });
  await world.run(async () => {
    world.burst(600, importing, 'import');
    await world.every(2_000, 150, processes[0]!, 'web');
  });
  const web = world.figures('web');
  expect(web.answered).toBe(150);
  expect(web.p95).toBeLessThanOrEqual(0.2);
  expect(world.figures('import').end).toBeLessThanOrEqual(60 * 11);
});

it('background calls get a tenth of each window beside normal calls without end', async () => {
  const { world, processes, start } = setup(2);
  const importing = start({ priority: 'background' });
  await world.run(() => {
    processes.forEach((get) => world.burst(250, get));
    world.burst(40, importing, 'import');
  });
  expect(world.figures('import').end).toBeLessThanOrEqual(60 * 5 + 5);
});

describe('no call fails and few are refused', () => {
  it.each<[string, (store: MemoryStore) => void, duration?: number]>([
    ['is gone', (store) => (store.condition = 'down')],
    ['is gone for half a minute', (store) => (store.condition = 'down'), 30_000],
    ['can not be written', (store) => (store.condition = 'read-only')],
    ['applies the step but does not answer', (store) => (store.condition = 'deaf')],
    ['does nothing for two seconds', (store) => (store.condition = 'silent'), 2_000],
    ['takes 600 ms to answer', (store) => (store.latency = 300)],
    ['forgets everything', (store) => (store.state = undefined)],
  ])('if the store %s', async (_, disturb, duration = Infinity) => {
    for (const at of [100, 1_500, 59_900]) {
      const { world, store, processes } = setup(8);
      world.clock.at(at, () => disturb(store));
      if (duration < Infinity) world.clock.at(at + duration, () => (store.condition = 'up'));
      const figures = await world.run(() => processes.forEach((get) => world.burst(40, get)));
      expect(figures.answered, `at ${at}`).toBe(320);
      expect(figures.refused, `at ${at}`).toBeLessThanOrEqual(50);
    }
  });

  it('if half of the processes are killed', async () => {
    const { world, processes, start } = setup(4);
    let isKilled = false;
    const dead = new Promise<never>(() => undefined);
    const doomed = Array.from({ length: 4 }, () =>
      start({}, (...args) => (isKilled ? (dead as never) : rateLimitStep(...args))),
    );
    const figures = await world.run(async () => {
      processes.forEach((get) => world.burst(40, get));
      // Their promises never settle once they are killed.
      for (const get of doomed) for (let index = 0; index < 40; index += 1) void get(index).catch(() => undefined);
      await world.clock.sleep(1_000);
      isKilled = true;
    });
    expect(figures).toMatchObject({ answered: 160, rejected: {} });
    expect(figures.refused).toBeLessThanOrEqual(50);
  });
});

it('processes without a store get all of their calls done', async () => {
  const { world, start } = setup(0);
  const processes = Array.from({ length: 8 }, () => start({ rateLimit: {} }));
  const figures = await world.run(() => processes.forEach((get) => world.burst(50, get)));
  expect(figures.answered).toBe(400);
  expect(figures.refused).toBeLessThanOrEqual(600);
});
